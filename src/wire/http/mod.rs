//! HTTP/1.1, read and written as bytes: pure, incremental, bounded.
//!
//! [`ResponseReader`] tells of an answer what `hyper` would tell, so that the simulated world
//! sees what the real one sees. [`RequestReader`] is the mock server's ear. [`encode_head`],
//! [`encode_chunk`] and [`last_chunk`] write what they read.

mod chunked;
mod encode;
mod fields;
mod parse;
mod reason;
mod request;
mod response;

use bytes::Bytes;

pub use chunked::{MAX_EXTENSIONS, MAX_TRAILER_FIELDS, MAX_TRAILERS};
pub use encode::{BodyLength, encode_chunk, encode_head, last_chunk};
pub use fields::latin1;
pub use reason::reason;
pub use request::{MAX_AHEAD, MAX_REQUEST_BODY, MAX_REQUEST_FIELDS, MAX_REQUEST_HEAD};
pub use request::{Request, RequestError, RequestReader};
pub use response::{MAX_RESPONSE_FIELDS, MAX_RESPONSE_HEAD, ResponseReader};

/// The head of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// Header fields in order; names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// The first value of a header; `name` in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What the bytes of a connection say about one answer, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpEvent {
    /// Status and headers are whole. Informational heads (1xx, but for 101) are skipped.
    Head(Head),
    /// A piece of the body, without the chunks' framing.
    Body(Bytes),
    /// The answer has ended.
    End {
        /// False when the framing had promised more.
        complete: bool,
    },
    /// What came is not HTTP; nothing more is read.
    Malformed {
        /// The first byte that cannot be, from the start of the connection.
        offset: u64,
        /// What is wrong there, as a sentence fragment in lower case.
        message: String,
    },
    /// The first byte after the end of a complete answer, told once. A client that has what it
    /// wants does not look there.
    Surplus {
        /// Its offset from the start of the connection.
        offset: u64,
    },
}
