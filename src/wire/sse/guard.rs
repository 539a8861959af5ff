//! The guard in front of `eventsource-stream`.
//!
//! Measured against the WHATWG text, version 0.2.3 of that crate panics on a byte order mark,
//! withholds all that follows an invalid byte, waits for one byte more after a CR, keeps no id or
//! retry of a block without data, has no bounds, and takes quadratic time on a long line and on
//! many lines in one piece. All that goes away when it is only ever given whole lines in UTF-8,
//! ended by LF, in small pieces.

use bytes::Bytes;

use super::Limits;
use super::field::{self, Field};
use super::resume::Resume;
use super::splitter::{Cut, Splitter};

/// Lines are handed over in pieces of about this many bytes: the crate copies the rest of its
/// buffer for every line, so a larger piece costs more.
const PIECE: usize = 4 << 10;

/// Turns any bytes into what `eventsource-stream` reads rightly.
#[derive(Debug, Clone)]
pub struct Guard {
    splitter: Splitter,
    limits: Limits,
    resume: Resume,
    /// What must go before the first line, until it went.
    prologue: Option<String>,
    /// Bytes of data since the last blank line, as the crate joins them.
    event_bytes: usize,
    failed: Option<TooLong>,
}

/// What exceeded a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A line.
    Line,
    /// An event.
    Event,
}

/// A line or an event exceeded its limit; nothing after it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: the server sent {} of more than {limit} bytes in its event stream", part.name())]
pub struct TooLong {
    /// What was too long.
    pub part: Part,
    /// Its limit, in bytes.
    pub limit: usize,
    /// Where the line begins that exceeded it, in bytes from the start of the body.
    pub offset: u64,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Line => "a line",
            Self::Event => "an event",
        }
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Guard {
    /// A guard for a new stream.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            splitter: Splitter::new(limits.max_line),
            limits,
            resume: Resume::default(),
            // A neutral blank line first keeps the crate away from its byte order mark branch,
            // the one that panics.
            prologue: Some("\n".to_owned()),
            event_bytes: 0,
            failed: None,
        }
    }

    /// A guard for a stream that resumes after `last_event_id`. An id that no stream can have
    /// sent (with a line end or a NUL) counts as none.
    #[must_use]
    pub fn resume(limits: Limits, last_event_id: &str) -> Self {
        let mut guard = Self::new(limits);
        if !last_event_id.is_empty() && !last_event_id.contains(['\n', '\r', '\0']) {
            // The crate's own `set_last_event_id` is forgotten at the first event without an id.
            guard.prologue = Some(format!("\nid: {last_event_id}\n"));
            guard.resume = Resume::after(last_event_id);
        }
        guard
    }

    /// Takes the next bytes of the body; gives whole lines for the crate, at once.
    ///
    /// # Errors
    /// [`TooLong`] when a line or an event exceeds its limit, now and ever after. What came
    /// before it in the same bytes is given first; then the error waits for the next call.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Bytes>, TooLong> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut pieces = Pieces::default();
        if let Some(prologue) = self.prologue.take() {
            pieces.open.extend_from_slice(prologue.as_bytes());
        }
        let Self { splitter, limits, resume, event_bytes, failed, .. } = self;
        splitter.push(bytes, |cut| {
            if failed.is_some() {
                return;
            }
            match cut {
                Cut::Line { bytes, start, .. } => {
                    let text = String::from_utf8_lossy(bytes);
                    match field::read(&text) {
                        Field::Blank => {
                            *event_bytes = 0;
                            resume.commit();
                        }
                        Field::Data(value) => {
                            if *event_bytes + value.len() > limits.max_event {
                                let (part, limit) = (Part::Event, limits.max_event);
                                *failed = Some(TooLong { part, limit, offset: start });
                                return;
                            }
                            *event_bytes += value.len() + 1;
                        }
                        Field::Id(value) => _ = resume.id(value),
                        // The crate would take `+5` for a number.
                        Field::Retry(value) if !resume.retry(value) => return,
                        _ => {}
                    }
                    pieces.line(&text);
                }
                Cut::Oversized { start } => {
                    *failed = Some(TooLong { part: Part::Line, limit: limits.max_line, offset: start });
                }
                Cut::Bom | Cut::LoneCr { .. } | Cut::Partial { .. } => {}
            }
        });
        let pieces = pieces.close();
        match self.failed {
            Some(error) if pieces.is_empty() => Err(error),
            _ => Ok(pieces),
        }
    }

    /// What an end of the body means: an error that still waits. Bytes of an unfinished line are
    /// dropped, as WHATWG says.
    ///
    /// # Errors
    /// [`TooLong`] when a limit was exceeded.
    pub fn finish(&self) -> Result<(), TooLong> {
        self.failed.map_or(Ok(()), Err)
    }

    /// The last event id: what a client sends back in order to resume.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.resume.last_event_id()
    }

    /// The reconnection time that the server asked for, in milliseconds.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.resume.reconnection_millis()
    }
}

#[derive(Default)]
struct Pieces {
    whole: Vec<Bytes>,
    open: Vec<u8>,
}

impl Pieces {
    fn line(&mut self, text: &str) {
        self.open.reserve(text.len() + 1);
        self.open.extend_from_slice(text.as_bytes());
        self.open.push(b'\n');
        if self.open.len() >= PIECE {
            self.whole.push(std::mem::take(&mut self.open).into());
        }
    }

    fn close(mut self) -> Vec<Bytes> {
        if !self.open.is_empty() {
            self.whole.push(self.open.into());
        }
        self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(guard: &mut Guard, pieces: &[&[u8]]) -> String {
        let mut text = Vec::new();
        for piece in pieces {
            for out in guard.push(piece).unwrap() {
                text.extend_from_slice(&out);
            }
        }
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn only_whole_clean_lines_pass() {
        let mut guard = Guard::default();
        let out = through(&mut guard, &[b"\xEF", b"\xBB\xBFdata: a\xFF\r", b"\nretry: +5\nda", b"ta: b\r\r"]);
        assert_eq!(out, "\ndata: a\u{FFFD}\ndata: b\n\n");
        assert_eq!(guard.retry(), None);
    }

    #[test]
    fn many_lines_go_in_small_pieces() {
        let body = "data: 0123456789\n".repeat(2000);
        let pieces = Guard::default().push(body.as_bytes()).unwrap();
        assert!(pieces.iter().all(|piece| piece.len() < PIECE + 32 && piece.ends_with(b"\n")));
        assert_eq!(pieces.iter().map(Bytes::len).sum::<usize>(), body.len() + 1);
    }

    #[test]
    fn an_error_waits_for_what_came_before_it_and_then_stays() {
        let limits = Limits { max_line: 8, max_event: 4 };
        let mut guard = Guard::new(limits);
        assert_eq!(through(&mut guard, &[b"data:1\n\n012345678\ndata:2\n\n"]), "\ndata:1\n\n");
        let error = TooLong { part: Part::Line, limit: 8, offset: 8 };
        assert_eq!(guard.finish(), Err(error));
        assert_eq!(guard.push(b""), Err(error));
        assert_eq!(
            error.to_string(),
            "byte 8: the server sent a line of more than 8 bytes in its event stream"
        );
        let mut guard = Guard::new(limits);
        through(&mut guard, &[b"data:123\ndata:45\n"]);
        assert_eq!(guard.finish(), Err(TooLong { part: Part::Event, limit: 4, offset: 9 }));
        // Empty lines of data grow an event too: the crate joins them by LF.
        let mut guard = Guard::new(limits);
        assert_eq!(through(&mut guard, &[&b"data\n".repeat(9)]), "\ndata\ndata\ndata\ndata\ndata\n");
        assert_eq!(guard.finish(), Err(TooLong { part: Part::Event, limit: 4, offset: 25 }));
    }

    #[test]
    fn a_resumed_stream_begins_with_its_id() {
        let mut guard = Guard::resume(Limits::default(), "42");
        assert_eq!(guard.last_event_id(), "42");
        assert_eq!(through(&mut guard, &[b""]), "\nid: 42\n");
        assert_eq!(Guard::resume(Limits::default(), "4\n2").last_event_id(), "");
    }
}
