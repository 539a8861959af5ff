//! An empty stream is called a timeout.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::recording::Stage;
use crate::routing::failure::{Failure, FailureClass};

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M12",
        name: "empty-as-timeout",
        about: "an empty stream is called a timeout",
        source: "seen: OpenClaw 2026.4.12, `LLM request timed out.` in zero seconds",
        ought: "call it what it is: an empty stream",
        example: "provoke run --mutant empty-as-timeout",
        ..MUTANT
    },
    conduct: &EmptyAsTimeout,
    provoked_by: &[Provocation::with("empty-stream")],
    caught_by: &["failure.timeout-honest", "failure.true-cause"],
    why: "the wire shows an empty body, not a timeout",
};

#[derive(Debug)]
struct EmptyAsTimeout;

impl Conduct for EmptyAsTimeout {
    fn takes(&self, failure: Failure) -> Option<Failure> {
        let empty = matches!(failure.class, FailureClass::EmptyStream | FailureClass::EmptyAnswer);
        let class = if empty { FailureClass::Deadline(Stage::FirstEvent) } else { failure.class };
        Some(Failure { class, ..failure })
    }
}
