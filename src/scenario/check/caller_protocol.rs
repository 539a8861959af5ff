//! What the caller gets is a proper answer of its dialect.

use super::{Check, CheckScene, Failed};
use crate::chat::Event;
use crate::dialect::{Framing, View};

pub(super) struct CallerProtocol;

impl Check for CallerProtocol {
    fn id(&self) -> &'static str {
        "caller.protocol"
    }

    fn claim(&self) -> &'static str {
        "The caller gets what it asked for, a stream or a document, with a finish reason and the proper end, or one error and nothing behind it."
    }

    fn example(&self) -> &'static str {
        "drops-terminal"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        // Somebody else's router may pass a provider's habits on: that has checks of its own.
        scene.outcome?;
        let exchange = scene.recording.caller()?;
        let status = exchange.head()?.status;
        if exchange.abandoned().is_some() {
            return None;
        }
        let caller = scene.caller?;
        let problem = if status >= 400 {
            refused(caller)
        } else if scene.plan.request.stream {
            streamed(caller, scene.answered().is_some())
        } else {
            whole(caller)
        };
        Some(match problem {
            Some(problem) => Err(Failed::new(format!("HTTP {status}: {problem}"))),
            None => Ok(format!("HTTP {status}, as its dialect says")),
        })
    }
}

fn refused(caller: &View) -> Option<String> {
    match (caller.framing, &caller.error) {
        (Framing::Json, Some(_)) => None,
        (framing, _) => Some(format!("an error should be told as JSON; this is {}", framing.name())),
    }
}

fn streamed(caller: &View, answered: bool) -> Option<String> {
    if caller.framing != Framing::Sse {
        return Some(format!("a stream was asked for, and this is {}", caller.framing.name()));
    }
    if caller.error.is_none() && caller.response.finish.is_none() && !caller.ended {
        // A failure that is not told has a check of its own.
        return answered.then(|| "the answer has neither a finish reason nor an end".to_owned());
    }
    if let Some(problem) = caller.problems.first() {
        return Some(format!("a record is not of its dialect: {}", problem.message));
    }
    let finish = caller.response.finish.is_some();
    let end = caller.events.iter().position(|(_, event)| *event == Event::End);
    let behind = end.is_some_and(|end| {
        caller.events[end + 1..]
            .iter()
            .any(|(_, event)| event.is_content() || matches!(event, Event::Finish { .. }))
    });
    match (&caller.error, finish, caller.ended) {
        _ if behind => Some("content follows the terminal record".to_owned()),
        (Some(_), true, _) => Some("an error and a finish reason are told at once".to_owned()),
        (Some(_), false, _) => None,
        (None, false, _) => Some("the terminal record comes without a finish reason".to_owned()),
        (None, true, false) => Some("the terminal record is missing".to_owned()),
        (None, true, true) => None,
    }
}

fn whole(caller: &View) -> Option<String> {
    if caller.framing != Framing::Json {
        return Some(format!("a document was asked for, and this is {}", caller.framing.name()));
    }
    match (&caller.error, caller.response.finish.is_some()) {
        (None, false) => Some("neither a finish reason nor an error is told".to_owned()),
        (Some(_), true) => Some("an error and a finish reason are told at once".to_owned()),
        _ => None,
    }
}
