//! The fallback's text follows the first part of the primary's.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "X07",
        name: "falls-back-after-commit",
        about: "the fallback's text follows the first part of the primary's",
        source: "seen: https://github.com/Growth-Circle/cadis/issues/412",
        ought: "tell an error once content has reached the caller",
        example: "provoke run --mutant falls-back-after-commit",
        ..MUTANT
    },
    conduct: &FallsBackAfterCommit,
    provoked_by: &[Provocation::with("truncated"), Provocation::with("stall-silent")],
    caught_by: &["fallback.before-commit", "answer.whole", "answer.from-declared", "caller.protocol"],
    why: "two halves of two answers are no answer",
};

#[derive(Debug)]
struct FallsBackAfterCommit;

impl Conduct for FallsBackAfterCommit {
    fn starts_over(&self) -> bool {
        true
    }
}
