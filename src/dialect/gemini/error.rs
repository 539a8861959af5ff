//! Error bodies.

use serde_json::{Value, json};

use crate::chat::ErrorBody;
use crate::dialect::{error_shape, read_json};

/// Reads an error body of any known shape.
pub(super) fn decode(body: &[u8]) -> Option<ErrorBody> {
    error_shape::read(&read_json(body).ok()?)
}

/// Writes an error body for an HTTP status. A code that is a word stands in the details, as `code` is the
/// status.
pub(super) fn encode(status: u16, error: &ErrorBody) -> Value {
    let kind = error.kind.as_deref().unwrap_or_else(|| status_of(status));
    let mut inner = json!({ "code": status, "message": error.message, "status": kind });
    let word = error.code.as_deref().filter(|code| code.parse::<u16>().is_err());
    if let Some(reason) = word {
        let info = json!({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason });
        inner["details"] = json!([info]);
    }
    json!({ "error": inner })
}

/// The word for an HTTP status (<https://cloud.google.com/apis/design/errors>).
const fn status_of(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        402 | 412 => "FAILED_PRECONDITION",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        501 => "UNIMPLEMENTED",
        503 | 529 => "UNAVAILABLE",
        408 | 504 => "DEADLINE_EXCEEDED",
        400..=498 => "INVALID_ARGUMENT",
        _ => "INTERNAL",
    }
}
