//! A request that was refused is sent again as it was.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::failure::{FailureClass, Next};

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M26",
        name: "retries-refusals",
        about: "a request that was refused is sent again as it was",
        source: "seen: retried_non_retryable, https://github.com/JulienRabault/LLMock",
        ought: "ask again only where the same request may succeed",
        example: "provoke run --mutant retries-refusals",
        ..MUTANT
    },
    conduct: &RetriesRefusals,
    provoked_by: &[
        Provocation::with("unauthorized"),
        Provocation::with("context-overflow"),
        Provocation::with("tools-unsupported"),
    ],
    caught_by: &["retry.only-transient"],
    why: "",
};

#[derive(Debug)]
struct RetriesRefusals;

impl Conduct for RetriesRefusals {
    fn next(&self, class: FailureClass) -> Next {
        let refused = matches!(
            class,
            FailureClass::Auth
                | FailureClass::Forbidden
                | FailureClass::Billing
                | FailureClass::Rejected
                | FailureClass::ContextOverflow
        );
        if refused { Next::Retry } else { class.next() }
    }
}
