//! Why an answer ended, in this dialect's words.

use crate::chat::{Finish, FinishReason};

/// Reads a `stopReason`.
pub(super) fn read(raw: &str) -> Finish {
    let reason = match raw {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "guardrail_intervened" | "content_filtered" => FinishReason::ContentFilter,
        "refusal" => FinishReason::Refusal,
        "pause_turn" => FinishReason::Pause,
        "malformed_model_output" | "malformed_tool_use" => FinishReason::Error,
        _ => FinishReason::Other,
    };
    Finish { reason, raw: raw.to_owned() }
}

/// The word to write: the provider's own where this dialect has it, else the nearest. Clients of this
/// dialect run tools only on `tool_use`.
pub(super) fn write(finish: &Finish, calls: bool) -> &str {
    if read(&finish.raw).reason == finish.reason && finish.reason != FinishReason::Other {
        return &finish.raw;
    }
    match finish.reason {
        FinishReason::Stop if calls => "tool_use",
        FinishReason::Stop | FinishReason::Pause | FinishReason::Other => "end_turn",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter | FinishReason::Refusal => "content_filtered",
        FinishReason::Error => "malformed_model_output",
    }
}
