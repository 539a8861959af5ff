//! Comments and pings put the deadline off.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M21",
        name: "keepalives-are-progress",
        about: "comments and pings put the deadline off",
        source: "seen: https://github.com/aaif-goose/goose/pull/11816",
        ought: "count content alone as progress",
        example: "provoke run --mutant keepalives-are-progress",
        ..MUTANT
    },
    conduct: &KeepalivesAreProgress,
    provoked_by: &[Provocation::with("stall-comments"), Provocation::with("stall-pings")],
    caught_by: &["stall.cut-in-time"],
    why: "",
};

#[derive(Debug)]
struct KeepalivesAreProgress;

impl Conduct for KeepalivesAreProgress {
    fn is_progress(&self, _progress: bool) -> bool {
        true
    }
}
