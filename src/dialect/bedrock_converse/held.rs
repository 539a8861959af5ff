//! What a stream tells in pieces and a caller gets whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The most bytes of a block that is held back until it is whole.
const HELD_MAX: usize = 4 << 20;

/// The most citations or pieces of one block.
const PIECES_MAX: usize = 1024;

/// A block that only this dialect knows.
#[derive(Debug)]
pub(super) struct Held {
    start: Value,
    input: String,
    content: Vec<Value>,
}

impl Held {
    /// One of which only its start came.
    pub(super) const fn new(start: Value) -> Self {
        Self { start, input: String::new(), content: Vec::new() }
    }

    /// More of a call's input.
    pub(super) fn input(&mut self, piece: &str) {
        if self.input.len() + piece.len() <= HELD_MAX {
            self.input.push_str(piece);
        }
    }

    /// More of a result's content.
    pub(super) fn content(&mut self, pieces: &[Value]) {
        let room = PIECES_MAX.saturating_sub(self.content.len());
        self.content.extend(pieces.iter().take(room).cloned());
    }

    /// The whole block.
    pub(super) fn block(mut self) -> Value {
        let inner = self.start.as_object_mut().and_then(|block| block.values_mut().next());
        let Some(inner) = inner.and_then(Value::as_object_mut) else { return self.start };
        if !self.input.is_empty() {
            let input = serde_json::from_str(&self.input).unwrap_or(Value::String(self.input));
            inner.insert("input".to_owned(), input);
        }
        if !self.content.is_empty() {
            inner.insert("content".to_owned(), self.content.into());
        }
        self.start
    }
}

/// What a block of text cites.
#[derive(Debug, Default)]
pub(super) struct Cited {
    said: String,
    citations: Vec<Value>,
}

impl Cited {
    /// More of the text.
    pub(super) fn hear(&mut self, piece: &str) {
        if self.said.len() + piece.len() <= HELD_MAX {
            self.said.push_str(piece);
        }
    }

    /// One more citation.
    pub(super) fn cite(&mut self, citation: &Value) {
        if self.citations.len() < PIECES_MAX {
            self.citations.push(citation.clone());
        }
    }

    /// The block that a whole answer would have; none where nothing is cited.
    pub(super) fn block(self) -> Option<Value> {
        if self.citations.is_empty() {
            return None;
        }
        let mut block = json!({ "citationsContent": { "citations": self.citations } });
        if !self.said.is_empty() {
            block["citationsContent"]["content"] = json!([{ "text": self.said }]);
        }
        Some(block)
    }
}

/// The base64 of a blob that came in pieces; where one of them is none, they are kept one after the other.
pub(super) fn joined(mut pieces: Vec<String>) -> String {
    if pieces.len() == 1 {
        return pieces.remove(0);
    }
    let bytes: Result<Vec<Vec<u8>>, _> = pieces.iter().map(|piece| STANDARD.decode(piece)).collect();
    bytes.map_or_else(|_| pieces.concat(), |bytes| STANDARD.encode(bytes.concat()))
}
