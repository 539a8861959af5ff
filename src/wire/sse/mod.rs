//! Server-sent events, read twice on purpose.
//!
//! [`Lexer`] is the witness: lossless, with byte offsets and arrival moments; evidence is read
//! by it. [`Reader`] is what Rust clients use (`eventsource-stream`) behind a guard; the router
//! reads by it. A differential test holds the two equal on conformant input.
//!
//! Both cut their lines with one splitter and follow the WHATWG text "interpreting an event
//! stream". They differ on purpose in one thing: what exceeds the [`Limits`] is dropped with a
//! finding by the witness, and refused with [`TooLong`] by the reader.

mod block;
mod field;
mod guard;
mod lexer;
mod line;
mod reader;
mod resume;
mod splitter;

pub use guard::{Guard, Part, TooLong};
pub use lexer::Lexer;
pub use line::{Line, LineKind, Lines, lines};
pub use reader::{ReadError, Reader};

/// The longest line, in bytes without its line end. One line may hold an image in base64.
pub const MAX_LINE: usize = 16 << 20;

/// The longest event, in bytes of its joined data.
pub const MAX_EVENT: usize = 32 << 20;

/// The bounds of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest line, in bytes without its line end.
    pub max_line: usize,
    /// The longest event, in bytes of its data lines.
    pub max_event: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_line: MAX_LINE, max_event: MAX_EVENT }
    }
}
