//! Token counts, under the names that the many speakers give them.

use serde_json::{Value, json};

use crate::chat::Usage;
use crate::dialect::json::{count, told};

/// Reads a `usage` object.
pub(in crate::dialect) fn read(usage: &Value) -> Usage {
    let prompt = told(usage, "prompt_tokens_details").or_else(|| told(usage, "input_tokens_details"));
    let completion =
        told(usage, "completion_tokens_details").or_else(|| told(usage, "output_tokens_details"));
    let inside = |details: Option<&Value>, key: &str| details.and_then(|details| count(details, key));
    Usage {
        input: count(usage, "prompt_tokens").or_else(|| count(usage, "input_tokens")),
        output: count(usage, "completion_tokens").or_else(|| count(usage, "output_tokens")),
        total: count(usage, "total_tokens"),
        cache_read: inside(prompt, "cached_tokens")
            .or_else(|| count(usage, "prompt_cache_hit_tokens"))
            .or_else(|| count(usage, "cache_read_input_tokens"))
            .or_else(|| count(usage, "cached_tokens")),
        cache_write: count(usage, "cache_creation_input_tokens")
            .or_else(|| inside(prompt, "cache_write_tokens"))
            .or_else(|| inside(prompt, "cache_creation_tokens")),
        reasoning: inside(completion, "reasoning_tokens").or_else(|| count(usage, "reasoning_tokens")),
    }
}

/// The usage that a chunk or an answer tells: `usage`, or Groq's `x_groq.usage`.
pub(in crate::dialect) fn of(answer: &Value) -> Option<Usage> {
    let usage = told(answer, "usage").or_else(|| told(answer.get("x_groq")?, "usage"))?;
    usage.is_object().then(|| read(usage))
}

/// Writes a `usage` object.
pub(in crate::dialect) fn write(usage: &Usage) -> Value {
    let (input, output) = (usage.input.unwrap_or(0), usage.output.unwrap_or(0));
    let total = usage.total.unwrap_or_else(|| input.saturating_add(output));
    let mut value = json!({ "prompt_tokens": input, "completion_tokens": output, "total_tokens": total });
    if usage.cache_read.is_some() || usage.cache_write.is_some() {
        let mut details = json!({});
        if let Some(read) = usage.cache_read {
            details["cached_tokens"] = read.into();
        }
        if let Some(write) = usage.cache_write {
            details["cache_write_tokens"] = write.into();
        }
        value["prompt_tokens_details"] = details;
    }
    if let Some(reasoning) = usage.reasoning {
        value["completion_tokens_details"] = json!({ "reasoning_tokens": reasoning });
    }
    value
}
