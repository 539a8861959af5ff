//! The caller hangs up, and the provider goes on being read.

use super::{Conduct, MUTANT, Mutant, Provocation, WhenLeft};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "T19",
        name: "abort-not-passed",
        about: "the caller hangs up, and the provider goes on being read",
        source: "seen: 300 tokens delivered and 13,000 billed, https://github.com/vercel/ai/issues/8325",
        ought: "cancel upstream at once",
        example: "provoke run --mutant abort-not-passed",
        ..MUTANT
    },
    conduct: &AbortNotPassed,
    provoked_by: &[
        Provocation::with("slow-drip").left_after(8),
        Provocation::with("stall-silent").left_after(8),
    ],
    caught_by: &["abort.passed-on", "observed.as-declared"],
    why: "what is read on is seen to stall",
};

#[derive(Debug)]
struct AbortNotPassed;

impl Conduct for AbortNotPassed {
    fn when_left(&self) -> WhenLeft {
        WhenLeft::ReadOn
    }
}
