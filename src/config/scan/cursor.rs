//! Where one stands in a text: the next character, its line, column and byte.

use crate::problem::Place;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1. `\n`, `\r\n`, `\r`, U+2028 and U+2029 end a line, as JSON5 has it.
    pub line: u32,
    /// Column in characters, from 1. A byte order mark takes no column.
    pub column: u32,
    /// Offset in bytes, from 0.
    pub byte: u32,
}

impl Position {
    /// The same place, as problems carry it.
    #[must_use]
    pub fn place(self, file: &str, path: Option<String>) -> Place {
        Place {
            file: Some(file.to_owned()),
            line: Some(self.line),
            column: Some(self.column),
            byte: Some(u64::from(self.byte)),
            path,
        }
    }
}

/// Reads a text character by character.
pub(super) struct Cursor<'a> {
    rest: &'a str,
    at: Position,
}

impl<'a> Cursor<'a> {
    /// The beginning of `text`, behind its byte order mark if it has one.
    pub(super) fn new(text: &'a str) -> Self {
        let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let byte = u32::try_from(text.len() - rest.len()).expect("a byte order mark is three bytes");
        Self { rest, at: Position { line: 1, column: 1, byte } }
    }

    /// Where the next character stands.
    pub(super) const fn at(&self) -> Position {
        self.at
    }

    /// What is not read yet.
    pub(super) const fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next character, unread.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Reads the next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next()?;
        self.rest = chars.as_str();
        self.at.byte = self.at.byte.saturating_add(u32::try_from(next.len_utf8()).unwrap_or(4));
        let ends_line = match next {
            '\r' => !self.rest.starts_with('\n'),
            other => is_line_end(other),
        };
        if ends_line {
            self.at.line = self.at.line.saturating_add(1);
            self.at.column = 1;
        } else {
            self.at.column = self.at.column.saturating_add(1);
        }
        Some(next)
    }

    /// Reads the next character if it is `wanted`.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.next();
        }
        there
    }

    /// Reads while `test` holds.
    pub(super) fn take_while(&mut self, test: impl Fn(char) -> bool) -> &'a str {
        let before = self.rest;
        while self.peek().is_some_and(&test) {
            self.next();
        }
        &before[..before.len() - self.rest.len()]
    }
}

/// Whether a character ends a line of JSON5.
pub(super) const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Whether a character is white space of JSON5: the listed ones and the space separators of Unicode.
pub(super) const fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}'
            | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}
