//! No deadline but a day.

use std::time::Duration;

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::policy::{Deadlines, Policy};

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M20",
        name: "never-times-out",
        about: "no deadline but a day",
        source: "seen: 130 s with a limit of 30 s set, https://github.com/failoverbench/failoverbench",
        ought: "end every stage within its deadline",
        example: "provoke run --mutant never-times-out",
        ..MUTANT
    },
    conduct: &NeverTimesOut,
    provoked_by: &[Provocation::alone("stall-silent"), Provocation::alone("accept-silence")],
    caught_by: &["stall.cut-in-time", "turn.bounded"],
    why: "the turn outlives its own deadline as well",
};

#[derive(Debug)]
struct NeverTimesOut;

impl Conduct for NeverTimesOut {
    fn policy(&self, policy: Policy) -> Policy {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let deadlines =
            Deadlines { headers: DAY, first_event: DAY, inter_event: DAY, total: DAY, ..policy.deadlines };
        Policy { deadlines, ..policy }
    }
}
