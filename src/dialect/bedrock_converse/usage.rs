//! Token counts. `inputTokens` leaves cached tokens out, in this dialect; `totalTokens` has them.

use serde_json::{Value, json};

use crate::chat::Usage;
use crate::dialect::json::count;

/// Reads a `usage` object. Nova's own form of it, inside `InvokeModel`, knows the caches only by `…Count`.
pub(super) fn read(usage: &Value) -> Usage {
    let cached = |key: &str| count(usage, &format!("{key}Tokens"));
    let counted = |key: &str| count(usage, &format!("{key}TokenCount"));
    Usage {
        input: count(usage, "inputTokens"),
        output: count(usage, "outputTokens"),
        total: count(usage, "totalTokens"),
        cache_read: cached("cacheReadInput").or_else(|| counted("cacheReadInput")),
        cache_write: cached("cacheWriteInput").or_else(|| counted("cacheWriteInput")),
        reasoning: None,
    }
}

/// Writes a `usage` object.
pub(super) fn write(usage: &Usage) -> Value {
    let counts = [usage.input, usage.output, usage.cache_read, usage.cache_write];
    let sum = counts.iter().flatten().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let mut value = json!({
        "inputTokens": usage.input.unwrap_or(0),
        "outputTokens": usage.output.unwrap_or(0),
        "totalTokens": usage.total.unwrap_or(sum),
    });
    if let Some(read) = usage.cache_read {
        value["cacheReadInputTokens"] = read.into();
    }
    if let Some(write) = usage.cache_write {
        value["cacheWriteInputTokens"] = write.into();
    }
    value
}
