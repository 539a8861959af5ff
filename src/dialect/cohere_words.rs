//! Words that the versions of Cohere's API share: why an answer ended, and what it counted.

use serde_json::Value;

use super::json::{count, told};
use crate::chat::{Finish, FinishReason, Usage};

/// Reads a `finish_reason`.
pub(crate) fn finish(raw: &str) -> Finish {
    let reason = match raw {
        "COMPLETE" | "STOP_SEQUENCE" => FinishReason::Stop,
        "MAX_TOKENS" | "ERROR_LIMIT" => FinishReason::Length,
        "TOOL_CALL" => FinishReason::ToolCalls,
        "ERROR_TOXIC" => FinishReason::ContentFilter,
        "ERROR" | "TIMEOUT" => FinishReason::Error,
        _ => FinishReason::Other,
    };
    Finish { reason, raw: raw.to_owned() }
}

/// Reads counts: the tokens that the model saw, or else those that are billed.
pub(crate) fn usage(counts: &Value) -> Usage {
    let tokens = told(counts, "tokens").or_else(|| told(counts, "billed_units")).unwrap_or(&Value::Null);
    Usage {
        input: count(tokens, "input_tokens"),
        output: count(tokens, "output_tokens"),
        total: None,
        cache_read: count(counts, "cached_tokens"),
        cache_write: None,
        reasoning: count(tokens, "reasoning_tokens"),
    }
}
