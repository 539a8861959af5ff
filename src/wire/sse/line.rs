//! The lines of a whole body: every byte is in exactly one of them.

use std::iter::FusedIterator;
use std::ops::Range;

use super::field::{self, Field};

/// One line of a body, with its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Its bytes, the whole line end (CRLF too) included.
    pub range: Range<u64>,
    /// Whether its line end came; false only for the last line.
    pub ended: bool,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// The byte order mark before the first line.
    Bom,
    /// A `data` field.
    Data,
    /// An `event` field.
    Event,
    /// An `id` field.
    Id,
    /// A `retry` field.
    Retry,
    /// A field that readers ignore.
    Unknown,
    /// A comment.
    Comment,
    /// The empty line that dispatches.
    Blank,
}

/// The lines of `body`, in order. Their ranges tile it: each begins where the one before ended,
/// the first at 0, the last ends at `body.len()`.
#[must_use]
pub const fn lines(body: &[u8]) -> Lines<'_> {
    Lines { body, offset: 0 }
}

/// The iterator of [`lines`].
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    body: &'a [u8],
    offset: usize,
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let start = self.offset;
        let rest = &self.body[start..];
        if rest.is_empty() {
            return None;
        }
        let (kind, length, ended) = if start == 0 && rest.starts_with(b"\xEF\xBB\xBF") {
            (LineKind::Bom, 3, true)
        } else {
            let text = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
            let end = match &rest[text..] {
                [b'\r', b'\n', ..] => 2,
                [_, ..] => 1,
                [] => 0,
            };
            (kind(&rest[..text]), text + end, end > 0)
        };
        self.offset = start + length;
        Some(Line { kind, range: start as u64..self.offset as u64, ended })
    }
}

impl FusedIterator for Lines<'_> {}

fn kind(line: &[u8]) -> LineKind {
    // Only the name decides, and a name ends at the first colon.
    let name = line.iter().position(|byte| *byte == b':').map_or(line, |colon| &line[..=colon]);
    match field::read(&String::from_utf8_lossy(name)) {
        Field::Blank => LineKind::Blank,
        Field::Comment(_) => LineKind::Comment,
        Field::Data(_) => LineKind::Data,
        Field::Event(_) => LineKind::Event,
        Field::Id(_) => LineKind::Id,
        Field::Retry(_) => LineKind::Retry,
        Field::Unknown { .. } => LineKind::Unknown,
    }
}
