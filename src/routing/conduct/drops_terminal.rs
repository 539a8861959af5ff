//! The terminal record does not reach the caller.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::Event;
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M08",
        name: "drops-terminal",
        about: "the terminal record does not reach the caller",
        source: "seen: https://github.com/BerriAI/litellm/pull/39748",
        ought: "end the stream as its dialect does",
        example: "provoke run --mutant drops-terminal",
        ..MUTANT
    },
    conduct: &DropsTerminal,
    provoked_by: &[Provocation::HEALTH],
    caught_by: &["caller.protocol"],
    why: "",
};

#[derive(Debug)]
struct DropsTerminal;

impl Conduct for DropsTerminal {
    fn tells(&self, event: Event) -> Vec<Event> {
        if event == Event::End { Vec::new() } else { vec![event] }
    }
}
