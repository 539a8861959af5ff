//! What a stream decoder keeps of each item.

use serde_json::Value;

use super::item::Kind;

/// The most bytes of a piece that are kept to compare them with its whole.
const SAID_MAX: usize = 4 * 1024 * 1024;

/// Which text of an item a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Of a message's content.
    Content(u64),
    /// Of reasoning: its list (0: `summary`, 1: `content`) and the place there.
    Thought(u8, u64),
    /// A call's arguments.
    Arguments,
}

impl Key {
    /// The kind of item that has such a text.
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Content(_) => Kind::Message,
            Self::Thought(..) => Kind::Reasoning,
            Self::Arguments => Kind::Call,
        }
    }
}

/// An item that was told of.
#[derive(Debug)]
pub(super) struct Item {
    pub kind: Kind,
    pub id: Option<String>,
    /// Whether its end was told.
    pub done: bool,
    /// An item that only this dialect knows, as far as it was told.
    pub value: Value,
    /// The open piece: there is one at most.
    pub open: Option<Piece>,
    /// The pieces that were begun.
    pub begun: Vec<Key>,
    /// The pieces whose annotations were told.
    pub noted: Vec<Key>,
}

impl Item {
    /// One of which nothing was told yet.
    pub(super) const fn new(kind: Kind, id: Option<String>, value: Value) -> Self {
        Self { kind, id, done: false, value, open: None, begun: Vec::new(), noted: Vec::new() }
    }

    /// The key of the text that stands `nth` in the whole item: some count places otherwise there.
    pub(super) fn nth(&self, nth: usize, otherwise: fn(u64) -> Key) -> Key {
        self.begun.get(nth).copied().unwrap_or_else(|| otherwise(nth as u64))
    }
}

/// A piece of an item, and the part it is.
#[derive(Debug)]
pub(super) struct Piece {
    pub key: Key,
    pub part: u32,
    said: String,
    lost: bool,
}

impl Piece {
    pub(super) const fn new(key: Key, part: u32) -> Self {
        Self { key, part, said: String::new(), lost: false }
    }

    /// Takes the next of its text.
    pub(super) fn push(&mut self, text: &str) {
        self.lost |= self.said.len() + text.len() > SAID_MAX;
        if self.lost {
            self.said.clear();
        } else {
            self.said.push_str(text);
        }
    }

    /// What the `whole` says beyond what was said; an error where it says something else.
    pub(super) fn rest<'a>(&self, whole: &'a str) -> Result<&'a str, ()> {
        if self.lost { Ok("") } else { whole.strip_prefix(self.said.as_str()).ok_or(()) }
    }
}
