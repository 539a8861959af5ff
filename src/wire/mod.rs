//! Bytes as they come: HTTP/1 and the frames of streams, lossless and with their moments.

mod finding;
mod record;
mod streamed;

pub mod event_stream;
pub mod http;
pub mod json_array;
pub mod ndjson;
pub mod sse;
pub mod url;

pub use finding::{Finding, FindingCode, MAX_EXCERPT_CHARS, MAX_FINDINGS_PER_CODE};
pub use record::{Item, Record, UNNAMED};
pub use streamed::{StreamFraming, Witness};
