//! A stream that ends early is passed on as a whole answer.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::failure::{Failure, FailureClass};

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M01",
        name: "truncation-as-success",
        about: "a stream that ends early is passed on as a whole answer",
        source: "seen: several gateways and SDKs, https://github.com/Portkey-AI/gateway/issues/1797",
        ought: "tell an error behind the content",
        example: "provoke run --mutant truncation-as-success",
        ..MUTANT
    },
    conduct: &TruncationAsSuccess,
    provoked_by: &[
        Provocation::with("truncated"),
        Provocation::with("reset-mid-body"),
        Provocation::with("idle-cut"),
    ],
    caught_by: &["answer.whole", "answer.from-declared"],
    why: "half an answer counts as one",
};

#[derive(Debug)]
struct TruncationAsSuccess;

impl Conduct for TruncationAsSuccess {
    fn takes(&self, failure: Failure) -> Option<Failure> {
        let cut = matches!(failure.class, FailureClass::Truncated | FailureClass::Cut);
        Some(failure).filter(|_| !cut)
    }
}
