//! A fallback answers and nobody is told.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M19",
        name: "silent-substitution",
        about: "a fallback answers and nobody is told",
        source: "seen: https://github.com/anomalyco/opencode/issues/38543",
        ought: "say which model was asked and which one answered",
        example: "provoke run --mutant silent-substitution",
        ..MUTANT
    },
    conduct: &SilentSubstitution,
    provoked_by: &[Provocation::with("empty-stream")],
    caught_by: &["fallback.named"],
    why: "",
};

#[derive(Debug)]
struct SilentSubstitution;

impl Conduct for SilentSubstitution {
    fn says(&self, kind: &str) -> bool {
        kind != "next-candidate"
    }
}
