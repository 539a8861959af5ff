//! What the caller got as an answer is whole, and nothing else.

use super::{Check, CheckScene, Failed};

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
        let Some(case) = scene.answering_mock() else {
            return Some(Err(Failed::new("the caller was told a success, and nobody answered")));
        };
        let text = caller.response.text();
        let failed = match case.text() {
            Some(canonical) if canonical != text => {
                Failed::new("the text that the caller got is not the text of the target")
                    .shown(0, format!("wanted {canonical:?}"))
                    .shown(0, format!("got    {text:?}"))
            }
            _ => return Some(Ok(format!("{} characters, whole", text.chars().count()))),
        };
        Some(Err(failed))
    }
}
