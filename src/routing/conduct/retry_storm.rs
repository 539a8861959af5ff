//! A failing provider is asked again and again.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::policy::Policy;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M23",
        name: "retry-storm",
        about: "a failing provider is asked again and again",
        source: "seen: 33 dead attempts in 60 s, https://github.com/BerriAI/litellm/issues/40405",
        ought: "keep one budget of attempts for the turn",
        example: "provoke run --mutant retry-storm",
        ..MUTANT
    },
    conduct: &RetryStorm,
    provoked_by: &[Provocation::alone("server-error"), Provocation::alone("unavailable")],
    caught_by: &["attempts.within-budget"],
    why: "",
};

#[derive(Debug)]
struct RetryStorm;

impl Conduct for RetryStorm {
    fn policy(&self, policy: Policy) -> Policy {
        Policy { attempts_max: 40, attempts_per_candidate: 40, ..policy }
    }
}
