//! A subject that is somebody else's router: how its cases are named, asked, answered and read.
//!
//! Such a subject tells nothing of itself. What is known is what the caller got and what reached
//! the mock; the model id says which case a request belongs to, and a canary in the prompt says it
//! again, as routers rename models, drop headers and run several cases at once.

mod canary;
mod hearing;
mod name;
mod reading;
mod stand;

pub use canary::Canary;
pub use hearing::Hearing;
pub use name::{Asked, alive_id, dialect_word, model_id};
pub use reading::{as_seen, canonical, same_answer};
pub use stand::{Answered, Stand};

use super::plan::{Cell, Plan};
use crate::chat::{Message, Part, Request, Role};
use crate::mock::{Door, Upstream, rehearse};
use crate::seed::Seed;

/// The provider that stands in a recording for our question whether the subject is still alive.
pub const ALIVE_PROVIDER: &str = "provoke";
/// The model of that question.
pub const ALIVE_MODEL: &str = "alive";

/// Why a cell cannot be tried on somebody else's router; `None` where it can.
#[must_use]
pub fn untried(plan: &Plan, cell: &Cell, whole: bool) -> Option<String> {
    let Some(&primary) = cell.targets.first() else {
        return Some("its provider has no model, so there is nothing to ask the subject for".to_owned());
    };
    let target = plan.targets.get(primary)?;
    if Upstream::new(vec![target.clone()], Seed(0)).door(0) != Door::Open {
        return Some("all mocks share one port here, and that port takes every connection".to_owned());
    }
    if whole && target.case.whole.is_none() {
        return Some(format!("the mock {} has no answer that is no stream", target.case.id));
    }
    if whole && let Err(problem) = rehearse(target, false) {
        return Some(format!("its fault has no meaning in an answer that is no stream: {problem}"));
    }
    None
}

/// What the caller asks the subject for, with the canary behind its last words.
#[must_use]
pub fn question(plan: &Plan, model: String, canary: &Canary, whole: bool) -> Request {
    let mut request = Request { model, ..plan.request.clone() };
    request.stream &= !whole;
    // Every dialect can say it, and one of them must.
    request.max_tokens = request.max_tokens.or(Some(1024));
    let mark = canary.mark();
    // Inside the text: a second part would make a list of what most callers send as a string.
    let last = request.messages.last_mut().filter(|last| last.role == Role::User);
    match last.and_then(|last| last.parts.last_mut()) {
        Some(Part::Text(text)) => text.push_str(&mark),
        _ => request.messages.push(Message::text(Role::User, mark)),
    }
    request
}

/// The question whether the subject is still alive.
#[must_use]
pub fn alive_question(dialect: &dyn crate::dialect::Codec, canary: &Canary) -> Request {
    Request {
        model: alive_id(dialect),
        messages: vec![Message::text(Role::User, format!("Are you there? {}", canary.mark()))],
        max_tokens: Some(64),
        ..Request::default()
    }
}
