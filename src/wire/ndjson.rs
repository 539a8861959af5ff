//! Streams of one JSON value a line.

use crate::moment::Moment;

use super::{Finding, FindingCode, Item, Record};

/// The longest line, in bytes without its line end.
pub const MAX_LINE: usize = super::sse::MAX_LINE;

/// Reads lines piece by piece; how they are cut changes nothing but the moments. Empty lines are none.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    line: Vec<u8>,
    /// Where the line begins.
    offset: u64,
    /// The bytes so far.
    seen: u64,
    /// Whether the line is too long, and forgotten.
    over: bool,
}

impl Reader {
    /// Takes the next bytes of the body, which came at `at`.
    pub fn push(&mut self, bytes: &[u8], at: Moment) -> Vec<Item> {
        let mut items = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.seen += piece.len() as u64;
            let ended = piece.last() == Some(&b'\n');
            self.keep(piece);
            if ended {
                self.end(at, false, &mut items);
            }
        }
        items
    }

    /// Takes the end of the body. To be called once, last.
    pub fn finish(&mut self, at: Moment) -> Vec<Item> {
        let mut items = Vec::new();
        self.end(at, true, &mut items);
        items
    }

    fn keep(&mut self, piece: &[u8]) {
        if self.line.len() + piece.len() > MAX_LINE {
            self.over = true;
            self.line = Vec::new();
        }
        if !self.over {
            self.line.extend_from_slice(piece);
        }
    }

    fn end(&mut self, at: Moment, is_last: bool, items: &mut Vec<Item>) {
        let range = self.offset..self.seen;
        self.offset = self.seen;
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.over) {
            let message = format!("a line of {} bytes was dropped", range.end - range.start);
            let code = FindingCode::OversizedLine;
            return items.push(Item::Finding(Finding { code, offset: range.start, at, message }));
        }
        let text = String::from_utf8_lossy(line.trim_ascii());
        if text.is_empty() {
            return;
        }
        if let std::borrow::Cow::Owned(_) = text {
            let message = "a line is not UTF-8; read as U+FFFD".to_owned();
            let code = FindingCode::InvalidUtf8;
            items.push(Item::Finding(Finding { code, offset: range.start, at, message }));
        }
        // A last line needs no end of its own, if it is a whole value.
        let is_cut = is_last && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err();
        let record = Record::unnamed(text.into_owned(), range, at);
        items.push(if is_cut { Item::Unfinished(record) } else { Item::Record(record) });
    }
}
