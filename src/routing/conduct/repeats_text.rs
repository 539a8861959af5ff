//! Every piece of text reaches the caller twice.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::Event;
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M04",
        name: "repeats-text",
        about: "every piece of text reaches the caller twice",
        source: "seen: a retry that appends, https://github.com/openclaw/openclaw/pull/142888",
        ought: "give every piece once",
        example: "provoke run --mutant repeats-text",
        ..MUTANT
    },
    conduct: &RepeatsText,
    provoked_by: &[Provocation::HEALTH],
    caught_by: &["answer.whole"],
    why: "",
};

#[derive(Debug)]
struct RepeatsText;

impl Conduct for RepeatsText {
    fn tells(&self, event: Event) -> Vec<Event> {
        let text = matches!(event, Event::Delta { .. });
        vec![event; if text { 2 } else { 1 }]
    }
}
