//! A caller who hangs up counts as a failure of the provider.

use super::{Conduct, MUTANT, Mutant, Provocation, WhenLeft};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "T20",
        name: "abort-blamed-on-provider",
        about: "a caller who hangs up counts as a failure of the provider",
        source: "seen: https://github.com/RakuenSoftware/aimee/pull/2083",
        ought: "blame nobody for it",
        example: "provoke run --mutant abort-blamed-on-provider",
        ..MUTANT
    },
    conduct: &AbortBlamedOnProvider,
    provoked_by: &[
        Provocation::with("slow-drip").left_after(8),
        Provocation::with("stall-silent").left_after(8),
    ],
    caught_by: &["abort.not-blamed"],
    why: "",
};

#[derive(Debug)]
struct AbortBlamedOnProvider;

impl Conduct for AbortBlamedOnProvider {
    fn when_left(&self) -> WhenLeft {
        WhenLeft::Blame
    }
}
