//! It asks again at once.

use std::time::Duration;

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::policy::{Backoff, Policy};

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M24",
        name: "no-backoff",
        about: "it asks again at once",
        source: "seen: failoverbench S02",
        ought: "wait longer each time, with jitter",
        example: "provoke run --mutant no-backoff",
        ..MUTANT
    },
    conduct: &NoBackoff,
    provoked_by: &[Provocation::alone("server-error"), Provocation::alone("reset-before-headers")],
    caught_by: &["retry.backs-off"],
    why: "",
};

#[derive(Debug)]
struct NoBackoff;

impl Conduct for NoBackoff {
    fn policy(&self, policy: Policy) -> Policy {
        let backoff = Backoff { first: Duration::ZERO, max: Duration::ZERO };
        Policy { backoff, ..policy }
    }
}
