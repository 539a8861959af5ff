//! Why an answer ended, in this dialect's words.

use serde_json::{Value, json};

use crate::chat::{Finish, FinishReason};

/// What stands before the reason of a blocked prompt: it is told in another field, and there is no
/// answer beside it.
const PROMPT: &str = "promptFeedback:";

/// The reason that says nothing of why.
const OTHER: &str = "OTHER";

/// Reads a `finishReason`: a word, or its number where the client asked for numbers. A model that calls
/// tools says `STOP`, too.
pub(super) fn read(raw: &str, calls: bool) -> Finish {
    let reason = match raw {
        "STOP" | "1" if calls => FinishReason::ToolCalls,
        "STOP" | "1" => FinishReason::Stop,
        "MAX_TOKENS" | "2" => FinishReason::Length,
        "SAFETY"
        | "RECITATION"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => FinishReason::ContentFilter,
        // Only the numbers up to 5 mean the same on both of Google's services, and 7 and 8 much the same.
        "3" | "4" | "7" | "8" => FinishReason::ContentFilter,
        "MALFORMED_FUNCTION_CALL"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MISSING_THOUGHT_SIGNATURE"
        | "MALFORMED_RESPONSE" => FinishReason::Error,
        blocked if blocked.starts_with(PROMPT) => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    };
    Finish { reason, raw: raw.to_owned() }
}

/// The raw word for a prompt that was blocked for `reason`.
pub(super) fn of_prompt(reason: &str) -> String {
    format!("{PROMPT}{reason}")
}

/// Why the prompt was blocked, where it was.
pub(super) fn blocked(finish: &Finish) -> Option<&str> {
    finish.raw.strip_prefix(PROMPT)
}

/// The word to write: the provider's own where this dialect has it, else the nearest.
pub(super) fn write(finish: &Finish, calls: bool) -> Value {
    let raw = finish.raw.as_str();
    if !raw.is_empty() && read(raw, calls).reason == finish.reason && blocked(finish).is_none() {
        if let Ok(number) = raw.parse::<u32>() {
            return number.into();
        }
        let own = raw.bytes().all(|letter| letter.is_ascii_uppercase() || letter == b'_');
        return if own { raw.into() } else { OTHER.into() };
    }
    json!(match finish.reason {
        FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Pause => "STOP",
        FinishReason::Length => "MAX_TOKENS",
        FinishReason::ContentFilter | FinishReason::Refusal => "SAFETY",
        FinishReason::Error | FinishReason::Other => OTHER,
    })
}
