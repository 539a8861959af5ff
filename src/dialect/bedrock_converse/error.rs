//! Error bodies, and the exceptions of streams.
//!
//! A body of the service is `{"message": …}` and its type stands only in the header `x-amzn-errortype`; the
//! key `__type` is where its SDKs look for it in a body.

use serde_json::{Value, json};

use crate::chat::ErrorBody;
use crate::dialect::{error_shape, read_json};

/// Reads an error body of any known shape.
pub(super) fn decode(body: &[u8]) -> Option<ErrorBody> {
    error_shape::read(&read_json(body).ok()?)
}

/// Writes an error body for an HTTP status.
pub(super) fn encode(status: u16, error: &ErrorBody) -> Value {
    let own = error.kind.as_deref().filter(|kind| kind.ends_with("Exception"));
    // In a stream the names begin with a small letter.
    let own = own.and_then(|kind| Some((kind.get(..1)?.to_ascii_uppercase(), kind.get(1..)?)));
    let kind = own.map_or_else(|| kind_of(status).to_owned(), |(first, rest)| first + rest);
    json!({ "message": error.message, "__type": kind })
}

const fn kind_of(status: u16) -> &'static str {
    match status {
        401 | 403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        408 | 504 => "ModelTimeoutException",
        424 => "ModelErrorException",
        429 => "ThrottlingException",
        503 | 529 => "ServiceUnavailableException",
        400..=499 => "ValidationException",
        _ => "InternalServerException",
    }
}

/// The exceptions that a stream of this dialect has.
const EXCEPTIONS: [&str; 5] = [
    "internalServerException",
    "modelStreamErrorException",
    "serviceUnavailableException",
    "throttlingException",
    "validationException",
];

/// The name by which a stream tells an error.
pub(super) fn exception(error: &ErrorBody) -> &'static str {
    let kind = error.kind.as_deref().unwrap_or_default();
    let own = EXCEPTIONS.into_iter().find(|known| known.eq_ignore_ascii_case(kind));
    own.unwrap_or_else(|| match error_shape::status_of(error).unwrap_or(500) {
        424 => "modelStreamErrorException",
        429 => "throttlingException",
        503 | 529 => "serviceUnavailableException",
        400..=499 => "validationException",
        _ => "internalServerException",
    })
}
