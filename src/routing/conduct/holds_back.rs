//! The stream is kept back until it is whole, then told at once.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M05",
        name: "holds-back",
        about: "the stream is kept back until it is whole, then told at once",
        source: "seen: https://github.com/dstackai/dstack/issues/4269",
        ought: "pass every event on as it comes",
        example: "provoke run --mutant holds-back",
        ..MUTANT
    },
    conduct: &HoldsBack,
    provoked_by: &[Provocation::with("{fault: slow-drip, gap: 3s}")],
    caught_by: &["stream.not-held-back"],
    why: "",
};

#[derive(Debug)]
struct HoldsBack;

impl Conduct for HoldsBack {
    fn holds_back(&self) -> bool {
        true
    }
}
