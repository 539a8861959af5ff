//! Error bodies: a text, and nothing else.

use serde_json::{Value, json};

use crate::chat::ErrorBody;
use crate::dialect::{error_shape, read_json};

/// Reads an error body of any known shape.
pub(super) fn decode(body: &[u8]) -> Option<ErrorBody> {
    error_shape::read(&read_json(body).ok()?)
}

/// Writes an error body.
pub(super) fn encode(error: &ErrorBody) -> Value {
    let message = if error.message.is_empty() { "unknown error" } else { &error.message };
    json!({ "error": message })
}
