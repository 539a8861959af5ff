//! Why an answer ended, in this dialect's words.

use crate::chat::{Finish, FinishReason};

/// Reads a `stop_reason`.
pub(super) fn read(raw: &str) -> Finish {
    let reason = match raw {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "refusal" => FinishReason::Refusal,
        "pause_turn" => FinishReason::Pause,
        // No word of this dialect; hops that translate pass it on.
        "error" => FinishReason::Error,
        _ => FinishReason::Other,
    };
    Finish { reason, raw: raw.to_owned() }
}

/// The word to write: the provider's own where this dialect has it, else the nearest. Some
/// providers of other dialects call the end of a turn with tool calls a plain stop; clients of
/// this one run tools only on `tool_use`.
pub(super) fn write(finish: &Finish, calls: bool) -> &str {
    if finish.reason != FinishReason::Error && read(&finish.raw).reason == finish.reason {
        return &finish.raw;
    }
    match finish.reason {
        FinishReason::Stop if calls => "tool_use",
        FinishReason::Stop | FinishReason::Error | FinishReason::Other => "end_turn",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter | FinishReason::Refusal => "refusal",
        FinishReason::Pause => "pause_turn",
    }
}
