//! A failure that may pass is not tried again.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::policy::Policy;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M28",
        name: "gives-up-at-once",
        about: "a failure that may pass is not tried again",
        source: "seen: gave_up, https://github.com/JulienRabault/LLMock",
        ought: "try once more where the same request may succeed",
        example: "provoke run --mutant gives-up-at-once",
        ..MUTANT
    },
    conduct: &GivesUpAtOnce,
    provoked_by: &[Provocation::alone("server-error-once")],
    caught_by: &["answer.from-declared"],
    why: "",
};

#[derive(Debug)]
struct GivesUpAtOnce;

impl Conduct for GivesUpAtOnce {
    fn policy(&self, policy: Policy) -> Policy {
        Policy { attempts_per_candidate: 1, ..policy }
    }
}
