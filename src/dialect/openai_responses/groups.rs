//! The items that a stream encoder has begun and may still add to.

use super::item::Kind;

/// A message or a reasoning item that is open.
#[derive(Debug)]
pub(super) struct Group {
    pub kind: Kind,
    /// The item's place in the output.
    pub index: usize,
    /// Whether one of its parts is open.
    pub open: bool,
    /// The content whose end is not yet written: annotations may follow.
    pub ended: Option<usize>,
    /// Whether nothing more joins it.
    pub sealed: bool,
}

impl Group {
    pub(super) const fn new(kind: Kind, index: usize) -> Self {
        Self { kind, index, open: true, ended: None, sealed: false }
    }

    /// Whether a part of this kind, which begins when `items` have begun, belongs to it.
    pub(super) fn takes(&self, kind: Kind, items: usize) -> bool {
        self.kind == kind && !self.open && !self.sealed && self.index + 1 == items
    }

    /// Whether all of it was said.
    pub(super) const fn over(&self) -> bool {
        self.sealed && !self.open && self.ended.is_none()
    }
}
