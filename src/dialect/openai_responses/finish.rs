//! Why an answer ended: its `status`, with the reason where it is `incomplete`.

use serde_json::Value;

use crate::chat::{Finish, FinishReason};
use crate::dialect::json::text;

/// How the reason of an incomplete answer is told in one word.
const INCOMPLETE: &str = "incomplete:";

/// Reads the end of `answer`; `calls`: whether it calls a tool of the caller.
pub(super) fn of(answer: &Value, calls: bool) -> Option<Finish> {
    let status = text(answer, "status")?;
    let reason = answer.get("incomplete_details").and_then(|details| text(details, "reason"));
    let raw = match reason.filter(|_| status == "incomplete") {
        Some(reason) => format!("{INCOMPLETE}{reason}"),
        None => status.to_owned(),
    };
    Some(Finish { reason: reason_of(&raw, calls), raw })
}

fn reason_of(raw: &str, calls: bool) -> FinishReason {
    match raw {
        "completed" | "complete" if calls => FinishReason::ToolCalls,
        "completed" | "complete" => FinishReason::Stop,
        "incomplete:max_output_tokens" | "incomplete:max_tokens" => FinishReason::Length,
        "incomplete:content_filter" => FinishReason::ContentFilter,
        "incomplete:pause_turn" => FinishReason::Pause,
        "failed" => FinishReason::Error,
        _ => FinishReason::Other,
    }
}

/// The status to write and the reason of an incomplete one: the provider's own where this
/// dialect has it, else the nearest.
pub(super) fn write(finish: &Finish) -> (&str, Option<&str>) {
    let raw = finish.raw.as_str();
    let agrees = [true, false].iter().any(|calls| reason_of(raw, *calls) == finish.reason);
    let statuses = ["completed", "complete", "incomplete", "failed", "cancelled", "queued", "in_progress"];
    if agrees && statuses.contains(&raw) {
        return (raw, None);
    }
    if let Some(reason) = raw.strip_prefix(INCOMPLETE).filter(|_| agrees) {
        return ("incomplete", Some(reason));
    }
    match finish.reason {
        FinishReason::Stop | FinishReason::ToolCalls => ("completed", None),
        FinishReason::Length => ("incomplete", Some("max_output_tokens")),
        FinishReason::ContentFilter | FinishReason::Refusal => ("incomplete", Some("content_filter")),
        FinishReason::Pause => ("incomplete", Some("pause_turn")),
        FinishReason::Error => ("failed", None),
        FinishReason::Other => ("incomplete", Some(raw).filter(|raw| !raw.is_empty())),
    }
}
