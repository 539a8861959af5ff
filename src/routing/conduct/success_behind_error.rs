//! The terminal record of a success follows the error.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::{Event, Finish, FinishReason};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M18",
        name: "success-behind-error",
        about: "the terminal record of a success follows the error",
        source: "seen: https://github.com/bigduu/Bamboo-agent/pull/383",
        ought: "let nothing follow an error",
        example: "provoke run --mutant success-behind-error",
        ..MUTANT
    },
    conduct: &SuccessBehindError,
    provoked_by: &[Provocation::with("truncated"), Provocation::with("stream-error")],
    caught_by: &["caller.protocol", "failure.told"],
    why: "an error and a finish reason are told at once",
};

#[derive(Debug)]
struct SuccessBehindError;

impl Conduct for SuccessBehindError {
    fn adds(&self) -> Vec<Event> {
        let finish = Finish { reason: FinishReason::Stop, raw: "stop".to_owned() };
        vec![Event::Finish { choice: 0, finish }, Event::End]
    }
}
