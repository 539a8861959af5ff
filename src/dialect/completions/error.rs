//! Error bodies.

use serde_json::{Value, json};

use crate::chat::ErrorBody;
use crate::dialect::{error_shape, read_json};

/// Reads an error body of any known shape.
pub(in crate::dialect) fn decode(body: &[u8]) -> Option<ErrorBody> {
    error_shape::read(&read_json(body).ok()?)
}

/// Writes an error body for an HTTP status.
pub(in crate::dialect) fn encode(status: u16, error: &ErrorBody) -> Value {
    let kind = error.kind.clone().unwrap_or_else(|| kind_of(status).to_owned());
    json!({ "error": {
        "message": error.message,
        "type": kind,
        "param": error.param,
        "code": error.code,
    }})
}

const fn kind_of(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        400..=499 => "invalid_request_error",
        _ => "server_error",
    }
}
