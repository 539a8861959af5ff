//! The finish reason of the provider reaches the caller.

use super::{Check, CheckScene, Failed};
use crate::chat::FinishReason;

pub(super) struct FinishKept;

impl Check for FinishKept {
    fn id(&self) -> &'static str {
        "finish.kept"
    }

    fn claim(&self) -> &'static str {
        "The caller gets the finish reason that the provider gave."
    }

    fn example(&self) -> &'static str {
        "always-stop"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let answer = scene.answer?;
        let made = answer.response.finish.as_ref()?.reason;
        let got = scene.caller?.response.finish.as_ref()?.reason;
        // Some providers say stop where there are tool calls, or the reverse: a router may mend that.
        let calls = !scene.caller?.response.tool_calls().is_empty();
        let mended = match (made, got) {
            (FinishReason::Stop, FinishReason::ToolCalls) => calls,
            (FinishReason::ToolCalls, FinishReason::Stop) => !calls,
            _ => false,
        };
        if made == got || mended {
            return Some(Ok(format!("the reason that the provider gave: {got:?}").to_lowercase()));
        }
        Some(Err(Failed::new(format!(
            "the provider gave {made:?} as its finish reason, the caller got {got:?}"
        ))))
    }
}
