//! Token counts.

use serde_json::{Value, json};

use crate::chat::Usage;

/// Writes a `usage` object; `null` where nothing was counted.
pub(super) fn write(usage: &Usage) -> Value {
    if *usage == Usage::default() {
        return Value::Null;
    }
    let (input, output) = (usage.input.unwrap_or(0), usage.output.unwrap_or(0));
    let total = usage.total.unwrap_or_else(|| input.saturating_add(output));
    let mut value = json!({ "input_tokens": input, "output_tokens": output, "total_tokens": total });
    let mut details = json!({});
    if let Some(read) = usage.cache_read {
        details["cached_tokens"] = read.into();
    }
    if let Some(write) = usage.cache_write {
        details["cache_write_tokens"] = write.into();
    }
    if details != json!({}) {
        value["input_tokens_details"] = details;
    }
    if let Some(reasoning) = usage.reasoning {
        value["output_tokens_details"] = json!({ "reasoning_tokens": reasoning });
    }
    value
}
