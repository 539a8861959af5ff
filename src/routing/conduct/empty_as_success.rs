//! An empty answer is passed on as a success.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::failure::{Failure, FailureClass};

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M02",
        name: "empty-as-success",
        about: "an empty answer is passed on as a success",
        source: "seen: https://github.com/anomalyco/opencode/issues/37735",
        ought: "try once more, then the next candidate",
        example: "provoke run --mutant empty-as-success",
        ..MUTANT
    },
    conduct: &EmptyAsSuccess,
    provoked_by: &[Provocation::with("empty-stream"), Provocation::with("empty-stop")],
    caught_by: &["answer.whole", "answer.from-declared"],
    why: "the empty answer keeps the fallback from being asked",
};

#[derive(Debug)]
struct EmptyAsSuccess;

impl Conduct for EmptyAsSuccess {
    fn takes(&self, failure: Failure) -> Option<Failure> {
        let empty = matches!(failure.class, FailureClass::EmptyStream | FailureClass::EmptyAnswer);
        Some(failure).filter(|_| !empty)
    }
}
