//! A stream was asked for, the caller gets a document.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M06",
        name: "document-for-stream",
        about: "a stream was asked for, the caller gets a document",
        source: "seen: https://github.com/Lore-Hex/quill-router/pull/535",
        ought: "answer as asked",
        example: "provoke run --mutant document-for-stream",
        ..MUTANT
    },
    conduct: &DocumentForStream,
    provoked_by: &[Provocation::HEALTH],
    caught_by: &["caller.protocol"],
    why: "",
};

#[derive(Debug)]
struct DocumentForStream;

impl Conduct for DocumentForStream {
    fn streams(&self, _asked: bool) -> bool {
        false
    }
}
