//! The instructions of the caller do not reach the provider.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::Request;
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M30",
        name: "drops-system",
        about: "the instructions of the caller do not reach the provider",
        source: "seen: bridges between dialects",
        ought: "send everything that the caller sent, or refuse",
        example: "provoke run --mutant drops-system",
        ..MUTANT
    },
    conduct: &DropsSystem,
    provoked_by: &[Provocation::HEALTH],
    caught_by: &["request.whole"],
    why: "",
};

#[derive(Debug)]
struct DropsSystem;

impl Conduct for DropsSystem {
    fn asks(&self, request: Request) -> Request {
        Request { system: Vec::new(), ..request }
    }
}
