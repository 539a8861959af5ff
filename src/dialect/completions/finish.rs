//! Why an answer ended, in this dialect's words.

use crate::chat::{Finish, FinishReason};

/// Reads a `finish_reason`; some speakers pass on their upstream's word.
pub(in crate::dialect) fn read(raw: &str) -> Finish {
    let reason = match raw.to_ascii_lowercase().as_str() {
        "stop" | "eos" | "end_turn" | "stop_sequence" => FinishReason::Stop,
        "length" | "max_tokens" | "model_length" => FinishReason::Length,
        "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
        "content_filter" | "safety" => FinishReason::ContentFilter,
        "refusal" => FinishReason::Refusal,
        "error" => FinishReason::Error,
        _ => FinishReason::Other,
    };
    Finish { reason, raw: raw.to_owned() }
}

/// The word to write: the provider's own where this dialect has it, else the nearest.
pub(in crate::dialect) fn write(finish: &Finish) -> &str {
    let own = matches!(
        finish.raw.as_str(),
        "stop" | "length" | "tool_calls" | "content_filter" | "function_call" | "error" | "eos"
    );
    if own && read(&finish.raw).reason == finish.reason {
        return &finish.raw;
    }
    match finish.reason {
        FinishReason::Stop | FinishReason::Pause => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter | FinishReason::Refusal => "content_filter",
        FinishReason::Error => "error",
        FinishReason::Other => &finish.raw,
    }
}
