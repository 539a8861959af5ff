//! Error bodies.

use serde_json::{Value, json};

use crate::chat::ErrorBody;
use crate::dialect::{error_shape, read_json};

/// Reads an error body of any known shape.
pub(super) fn decode(body: &[u8]) -> Option<ErrorBody> {
    error_shape::read(&read_json(body).ok()?)
}

/// Writes an error body for an HTTP status.
pub(super) fn encode(status: u16, error: &ErrorBody) -> Value {
    let own = error.kind.as_deref().filter(|kind| KINDS.contains(kind));
    let kind = own.unwrap_or_else(|| kind_of(status));
    let mut body = json!({ "type": "error", "error": { "type": kind, "message": error.message } });
    if let Some(id) = &error.request_id {
        body["request_id"] = id.as_str().into();
    }
    body
}

/// The error types that clients of this dialect know.
const KINDS: [&str; 10] = [
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "timeout_error",
    "overloaded_error",
];

const fn kind_of(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        408 | 504 => "timeout_error",
        529 => "overloaded_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    }
}
