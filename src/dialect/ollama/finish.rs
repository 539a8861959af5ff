//! Why an answer ended, in this dialect's words.

use crate::chat::{Finish, FinishReason};

/// Reads a `done_reason`. A model that calls tools says `stop`, too; the last words are none of Ollama's
/// own but what is written here of other dialects.
pub(super) fn read(raw: &str, calls: bool) -> Finish {
    let reason = match raw {
        "stop" if calls => FinishReason::ToolCalls,
        "stop" => FinishReason::Stop,
        "length" => FinishReason::Length,
        "content_filter" => FinishReason::ContentFilter,
        "refusal" => FinishReason::Refusal,
        "error" => FinishReason::Error,
        "pause" => FinishReason::Pause,
        _ => FinishReason::Other,
    };
    Finish { reason, raw: raw.to_owned() }
}

/// The word to write: the provider's own where this dialect has it, else the nearest.
pub(super) fn write(finish: &Finish, calls: bool) -> &str {
    if !finish.raw.is_empty() && read(&finish.raw, calls).reason == finish.reason {
        return &finish.raw;
    }
    match finish.reason {
        FinishReason::Stop | FinishReason::ToolCalls => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Refusal => "refusal",
        FinishReason::Pause => "pause",
        FinishReason::Error => "error",
        FinishReason::Other => "other",
    }
}
