//! What the caller got as an answer is whole, and nothing else.

use super::{Check, CheckScene, Failed};
use crate::dialect::View;

pub(super) struct AnswerWhole;

impl Check for AnswerWhole {
    fn id(&self) -> &'static str {
        "answer.whole"
    }

    fn claim(&self) -> &'static str {
        "An answer that the caller gets as a success has the whole text of the target that gave it, once."
    }

    fn example(&self) -> &'static str {
        "truncated"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        // What a foreign subject passed on is held against the wall by checks of its own.
        scene.outcome?;
        let caller = scene.caller?;
        if !scene.told_success() {
            return None;
        }
        let Some(target) = scene.answering_target() else {
            return Some(Err(Failed::new("the caller was told a success, and nobody answered")));
        };
        let text = caller.response.text();
        let canonical = match target.case.text() {
            Some(canonical) if canonical != text => canonical,
            _ => return Some(Ok(format!("{} characters, whole", text.chars().count()))),
        };
        // A fault may have made it another text; then what the provider said, whole, is what counts.
        if target.faults.iter().any(|spec| !spec.fault.benign())
            && scene.answer().is_some_and(|answer| said_whole(&answer, &text))
        {
            return Some(Ok(format!("{} characters, as the provider said them", text.chars().count())));
        }
        let failed = Failed::new("the text that the caller got is not the text of the target");
        Some(Err(failed.shown(0, format!("wanted {canonical:?}")).shown(0, format!("got    {text:?}"))))
    }
}

/// Whether a provider said this, to its end, and something at all.
fn said_whole(answer: &View, text: &str) -> bool {
    let response = &answer.response;
    let something = !text.is_empty() || !response.tool_calls().is_empty();
    something && response.finish.is_some() && answer.error.is_none() && response.text() == text
}
