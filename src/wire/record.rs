//! The records of a stream, whatever frames them.

use std::ops::Range;

use crate::moment::Moment;

use super::Finding;

/// One record of a stream: a server-sent event, a line, a binary frame, an element of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The name that its frame gives it (`event:`, `:event-type`), or `message`.
    pub event: String,
    /// Whether the frame named it.
    pub named: bool,
    /// What it says: the joined `data:` lines, the line, the payload, the element.
    pub data: String,
    /// The last event id of a server-sent event when it was dispatched; else empty.
    pub last_event_id: String,
    /// The bytes of the whole record, up to and with the byte that completed it. Where the
    /// blank line of a server-sent event ends in CRLF, that byte is its CR: the LF comes later and is in
    /// no record.
    pub range: Range<u64>,
    /// When the byte that completed it came.
    pub at: Moment,
}

/// The name of a record that its frame does not name.
pub const UNNAMED: &str = "message";

impl Record {
    /// A record that its frame does not name.
    #[must_use]
    pub fn unnamed(data: String, range: Range<u64>, at: Moment) -> Self {
        Self { event: UNNAMED.to_owned(), named: false, data, last_event_id: String::new(), range, at }
    }
}

/// Something in a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A record.
    Record(Record),
    /// A comment, such as a keep-alive.
    Comment {
        /// What follows the colon, less one space.
        text: String,
        /// Its bytes, up to and with the byte that ended it.
        range: Range<u64>,
        /// When that byte came.
        at: Moment,
    },
    /// The last record, which lacks its end. A strict reader drops it; it is evidence.
    /// Only the end of a body gives it.
    Unfinished(Record),
    /// Something a reader should know.
    Finding(Finding),
}
