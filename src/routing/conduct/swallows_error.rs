//! The caller's stream just ends where an error should be told.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::Event;
use crate::fault::Card;
use crate::routing::step::Outcome;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M17",
        name: "swallows-error",
        about: "the caller's stream just ends where an error should be told",
        source: "seen: SDKs see a clean end, https://github.com/JulienRabault/LLMock",
        ought: "tell an error frame",
        example: "provoke run --mutant swallows-error",
        ..MUTANT
    },
    conduct: &SwallowsError,
    provoked_by: &[Provocation::with("truncated"), Provocation::with("stream-error")],
    caught_by: &["failure.told"],
    why: "",
};

#[derive(Debug)]
struct SwallowsError;

impl Conduct for SwallowsError {
    fn ends(&self, _outcome: &Outcome) -> Option<Vec<Event>> {
        Some(Vec::new())
    }
}
