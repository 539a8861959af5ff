//! A key that the provider echoes reaches the caller.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M15",
        name: "leaks-key",
        about: "a key that the provider echoes reaches the caller",
        source: "seen: an error body that repeats the key",
        ought: "hide keys before anything is told",
        example: "provoke run --mutant leaks-key",
        ..MUTANT
    },
    conduct: &LeaksKey,
    provoked_by: &[Provocation::alone("key-echoed")],
    caught_by: &["secret.not-passed-on"],
    why: "",
};

#[derive(Debug)]
struct LeaksKey;

impl Conduct for LeaksKey {
    fn hides_keys(&self) -> bool {
        false
    }
}
