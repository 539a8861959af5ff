//! Token counts. They are cumulative: each telling replaces the one before, as a whole.

use serde_json::{Map, Value};

use crate::chat::Usage;
use crate::dialect::json::count;

/// Reads a `usageMetadata` object. `candidatesTokenCount` leaves thoughts out, in this dialect.
pub(super) fn read(usage: &Value) -> Usage {
    Usage {
        input: count(usage, "promptTokenCount"),
        output: count(usage, "candidatesTokenCount"),
        total: count(usage, "totalTokenCount"),
        cache_read: count(usage, "cachedContentTokenCount"),
        cache_write: None,
        reasoning: count(usage, "thoughtsTokenCount"),
    }
}

/// Writes a `usageMetadata` object; `None` where nothing was counted.
pub(super) fn write(usage: &Usage) -> Option<Value> {
    let sum = usage.input.zip(usage.output).map(|(input, output)| input.saturating_add(output));
    let fields = [
        ("promptTokenCount", usage.input),
        ("candidatesTokenCount", usage.output),
        ("cachedContentTokenCount", usage.cache_read),
        ("thoughtsTokenCount", usage.reasoning),
        ("totalTokenCount", usage.total.or(sum)),
    ];
    let told = fields.into_iter().filter_map(|(key, count)| Some((key.to_owned(), count?.into())));
    let told: Map<String, Value> = told.collect();
    (!told.is_empty()).then(|| told.into())
}
