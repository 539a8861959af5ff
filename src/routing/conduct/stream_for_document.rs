//! A document was asked for, the caller gets a stream.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M07",
        name: "stream-for-document",
        about: "a document was asked for, the caller gets a stream",
        source: "follows from the protocol",
        ought: "answer as asked",
        example: "provoke run --mutant stream-for-document",
        ..MUTANT
    },
    conduct: &StreamForDocument,
    provoked_by: &[Provocation::DOCUMENT],
    caught_by: &["caller.protocol"],
    why: "",
};

#[derive(Debug)]
struct StreamForDocument;

impl Conduct for StreamForDocument {
    fn streams(&self, _asked: bool) -> bool {
        true
    }
}
