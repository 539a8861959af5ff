//! Every failure is called a failure of the server.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::failure::{Failure, FailureClass};

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M13",
        name: "one-class-for-all",
        about: "every failure is called a failure of the server",
        source: "seen: proxies that answer 500 to everything",
        ought: "keep the class that the provider told",
        example: "provoke run --mutant one-class-for-all",
        ..MUTANT
    },
    conduct: &OneClassForAll,
    provoked_by: &[Provocation::with("unauthorized"), Provocation::with("rate-limit-bare")],
    caught_by: &["failure.true-cause", "retry.only-transient"],
    why: "what looks like a failing server is asked again",
};

#[derive(Debug)]
struct OneClassForAll;

impl Conduct for OneClassForAll {
    fn takes(&self, failure: Failure) -> Option<Failure> {
        Some(Failure { class: FailureClass::Server, ..failure })
    }
}
