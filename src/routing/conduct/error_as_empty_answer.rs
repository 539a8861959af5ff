//! A failure reaches the caller as a well-formed empty answer.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::{Event, Finish, FinishReason};
use crate::fault::Card;
use crate::routing::step::Outcome;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M16",
        name: "error-as-empty-answer",
        about: "a failure reaches the caller as a well-formed empty answer",
        source: "seen: https://github.com/BerriAI/litellm/pull/32475",
        ought: "tell an error in the dialect of the caller",
        example: "provoke run --mutant error-as-empty-answer",
        ..MUTANT
    },
    conduct: &ErrorAsEmptyAnswer,
    provoked_by: &[Provocation::alone("server-error"), Provocation::alone("empty-stream")],
    caught_by: &["answer.whole", "failure.told"],
    why: "a success was told and nobody answered",
};

#[derive(Debug)]
struct ErrorAsEmptyAnswer;

impl Conduct for ErrorAsEmptyAnswer {
    fn ends(&self, _outcome: &Outcome) -> Option<Vec<Event>> {
        let finish = Finish { reason: FinishReason::Stop, raw: "stop".to_owned() };
        let start = Event::Start { id: None, model: None };
        Some(vec![start, Event::Finish { choice: 0, finish }, Event::End])
    }
}
