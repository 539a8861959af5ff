//! The fallback is never asked.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::failure::{FailureClass, Next};

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M27",
        name: "never-falls-back",
        about: "the fallback is never asked",
        source: "seen: four retries on a dead provider, https://github.com/NousResearch/hermes-agent/pull/86572",
        ought: "ask the next candidate while the caller has nothing yet",
        example: "provoke run --mutant never-falls-back",
        ..MUTANT
    },
    conduct: &NeverFallsBack,
    provoked_by: &[
        Provocation::with("unauthorized"),
        Provocation::with("html-page"),
        Provocation::with("accept-silence"),
    ],
    caught_by: &["fallback.used", "answer.from-declared"],
    why: "nobody answers where the fallback would have",
};

#[derive(Debug)]
struct NeverFallsBack;

impl Conduct for NeverFallsBack {
    fn next(&self, class: FailureClass) -> Next {
        if class.next() == Next::NextCandidate { Next::Stop } else { class.next() }
    }
}
