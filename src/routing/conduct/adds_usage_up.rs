//! Usage that is told as a running total is added up.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::{Event, Usage};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M11",
        name: "adds-usage-up",
        about: "usage that is told as a running total is added up",
        source: "seen: https://github.com/tensorzero/tensorzero/issues/5481",
        ought: "set each field to the last value told",
        example: "provoke run --mutant adds-usage-up",
        ..MUTANT
    },
    conduct: &AddsUsageUp,
    provoked_by: &[Provocation::HEALTH],
    caught_by: &["usage.kept"],
    why: "",
};

#[derive(Debug)]
struct AddsUsageUp;

impl Conduct for AddsUsageUp {
    fn tells(&self, event: Event) -> Vec<Event> {
        vec![match event {
            Event::Usage(usage) => {
                let twice = |tokens: Option<u64>| tokens.map(|tokens| tokens.saturating_mul(2));
                let (input, output, total) = (twice(usage.input), twice(usage.output), twice(usage.total));
                Event::Usage(Usage { input, output, total, ..usage })
            }
            other => other,
        }]
    }
}
