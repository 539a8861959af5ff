//! Amazon's binary event streams (`application/vnd.amazon.eventstream`): frames of headers and a
//! payload, each with two checksums (CRC-32 of the prelude, and of all before it).
//!
//! Source of the format: the Smithy specification "Amazon Event Stream", which Amazon Bedrock streams by.

mod frame;
mod header;
mod reader;

pub use frame::{Frame, FrameError, MAX_FRAME, MAX_HEADERS, begins};
pub use header::Header;
pub use reader::Reader;

/// The content type of such a stream.
pub const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";
