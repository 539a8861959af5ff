//! It asks again before the time that the provider told.

use std::time::Duration;

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M25",
        name: "ignores-retry-after",
        about: "it asks again before the time that the provider told",
        source: "seen: 0.6 s where 2 s were asked, failoverbench S01",
        ought: "wait as long as asked, or go elsewhere",
        example: "provoke run --mutant ignores-retry-after",
        ..MUTANT
    },
    conduct: &IgnoresRetryAfter,
    provoked_by: &[Provocation::alone("rate-limit-retry-after")],
    caught_by: &["retry.waits-as-asked"],
    why: "",
};

#[derive(Debug)]
struct IgnoresRetryAfter;

impl Conduct for IgnoresRetryAfter {
    fn heeds(&self, _asked: Option<Duration>) -> Option<Duration> {
        None
    }
}
