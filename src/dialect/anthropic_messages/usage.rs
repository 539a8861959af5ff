//! Token counts. They are cumulative: each telling replaces the one before, field by field.

use serde_json::{Value, json};

use crate::chat::Usage;
use crate::dialect::json::count;

/// Reads a `usage` object. `input_tokens` leaves cached tokens out, in this dialect.
pub(super) fn read(usage: &Value) -> Usage {
    let details = usage.get("output_tokens_details");
    Usage {
        input: count(usage, "input_tokens"),
        output: count(usage, "output_tokens"),
        total: None,
        cache_read: count(usage, "cache_read_input_tokens"),
        cache_write: count(usage, "cache_creation_input_tokens"),
        reasoning: details.and_then(|details| count(details, "thinking_tokens")),
    }
}

/// Writes a `usage` object.
pub(super) fn write(usage: &Usage) -> Value {
    let mut value = json!({
        "input_tokens": usage.input.unwrap_or(0),
        "output_tokens": usage.output.unwrap_or(0),
    });
    if let Some(write) = usage.cache_write {
        value["cache_creation_input_tokens"] = write.into();
    }
    if let Some(read) = usage.cache_read {
        value["cache_read_input_tokens"] = read.into();
    }
    if let Some(reasoning) = usage.reasoning {
        value["output_tokens_details"] = json!({ "thinking_tokens": reasoning });
    }
    value
}
