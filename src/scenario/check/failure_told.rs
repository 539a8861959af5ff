//! When nobody answers, the caller is told so, with the true class.

use super::{Check, CheckScene, Failed};

pub(super) struct FailureTold;

impl Check for FailureTold {
    fn id(&self) -> &'static str {
        "failure.told"
    }

    fn claim(&self) -> &'static str {
        "When nobody answers, the caller gets an error and no success, of the class that the scenario declares."
    }

    fn example(&self) -> &'static str {
        "reset-mid-body"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let outcome = scene.outcome?;
        if scene.answered().is_some() || scene.cell.candidates.is_empty() {
            return None;
        }
        // Whoever has hung up is told nothing.
        if scene.recording.caller()?.abandoned().is_some() {
            return None;
        }
        let caller = scene.caller?;
        if caller.error.is_none() {
            return Some(Err(Failed::new("nobody answered, and the caller was told no error")));
        }
        if caller.response.finish.is_some() {
            return Some(Err(Failed::new("the caller was told an error and a finish reason at once")));
        }
        let Some((attempt, _, failure)) = outcome.failures.last() else {
            return Some(Err(Failed::new("nobody answered, and the router names no failure")));
        };
        let class = failure.class.name();
        match &scene.cell.fails_with {
            Some(wanted) if wanted != class => Some(Err(Failed::new(format!(
                "the caller should have been told `{wanted}`, and was told `{class}`"
            ))
            .shown(*attempt, failure.message.clone()))),
            _ => Some(Ok(format!("told `{class}`"))),
        }
    }
}
