//! The finish reason does not reach the caller.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::Event;
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M09",
        name: "drops-finish",
        about: "the finish reason does not reach the caller",
        source: "seen: https://github.com/maximhq/bifrost/issues/1489",
        ought: "pass the finish reason on",
        example: "provoke run --mutant drops-finish",
        ..MUTANT
    },
    conduct: &DropsFinish,
    provoked_by: &[Provocation::HEALTH],
    caught_by: &["caller.protocol"],
    why: "",
};

#[derive(Debug)]
struct DropsFinish;

impl Conduct for DropsFinish {
    fn tells(&self, event: Event) -> Vec<Event> {
        if matches!(event, Event::Finish { .. }) { Vec::new() } else { vec![event] }
    }
}
