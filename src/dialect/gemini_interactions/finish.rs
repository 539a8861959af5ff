//! How an interaction stands, as a reason for its end.

use crate::chat::{Finish, FinishReason};

/// Reads a `status`; `None` while it goes on.
pub(super) fn read(status: &str) -> Option<Finish> {
    let reason = match status {
        "in_progress" => return None,
        "completed" => FinishReason::Stop,
        "requires_action" => FinishReason::ToolCalls,
        "incomplete" | "budget_exceeded" => FinishReason::Length,
        "failed" => FinishReason::Error,
        _ => FinishReason::Other,
    };
    Some(Finish { reason, raw: status.to_owned() })
}
