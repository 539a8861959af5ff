//! What a body is: a stream, a document, or not yet known.

use crate::dialect::{Codec, StreamDecoder};
use crate::wire::sse::Reader;

/// How much white space in front of a body is held until the body shows what it is.
const SNIFF_MAX: usize = 1024;

/// The body of an answer as it comes in.
pub(super) enum Body {
    /// Not enough bytes yet to say what it is.
    Unknown(Vec<u8>),
    /// Server-sent events.
    Stream(Box<Reader>, Box<dyn StreamDecoder + Send>),
    /// One document, or the body of an error status.
    Whole(Vec<u8>),
}

/// What a body is, by its first byte; `None` while only white space came.
pub(super) fn sniff(seen: &[u8], dialect: &'static dyn Codec) -> Option<Body> {
    let text = seen.strip_prefix(b"\xef\xbb\xbf").unwrap_or(seen);
    if text.is_empty() || b"\xef\xbb\xbf".starts_with(seen) {
        return None;
    }
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[' | b'<') => Some(Body::Whole(Vec::new())),
        None => None,
        _ => Some(Body::Stream(Box::default(), dialect.stream_decoder())),
    }
}

/// Whether a record's data is no JSON document.
pub(super) fn is_broken(data: &str) -> bool {
    data.trim() != "[DONE]" && serde_json::from_str::<serde::de::IgnoredAny>(data).is_err()
}

/// Forgets white space in front of a body, where there is much: some providers send it to keep a
/// connection alive. One byte stays, so that a line which begins with a space still does.
pub(super) fn trim(seen: &mut Vec<u8>) {
    if seen.len() > SNIFF_MAX {
        seen.drain(..seen.len() - 1);
    }
}
