//! It waits as long as a provider asks, however long.

use std::time::Duration;

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::policy::{Deadlines, Policy};

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M22",
        name: "waits-for-hours",
        about: "it waits as long as a provider asks, however long",
        source: "seen: https://github.com/cline/cline/issues/10139",
        ought: "take a long wait for a stop: next candidate, or tell the caller",
        example: "provoke run --mutant waits-for-hours",
        ..MUTANT
    },
    conduct: &WaitsForHours,
    provoked_by: &[Provocation::alone("rate-limit-hours")],
    caught_by: &["turn.bounded"],
    why: "",
};

#[derive(Debug)]
struct WaitsForHours;

impl Conduct for WaitsForHours {
    fn policy(&self, policy: Policy) -> Policy {
        const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
        let deadlines = Deadlines { total: WEEK, ..policy.deadlines };
        Policy { deadlines, wait_max: WEEK, ..policy }
    }
}
