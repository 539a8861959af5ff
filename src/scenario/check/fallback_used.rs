//! The fallback is asked while the caller has nothing yet.

use super::{Check, CheckScene, Failed};
use crate::routing::Next;

pub(super) struct FallbackUsed;

impl Check for FallbackUsed {
    fn id(&self) -> &'static str {
        "fallback.used"
    }

    fn claim(&self) -> &'static str {
        "While the caller has nothing yet, a failure that another candidate may not have leads to the next one."
    }

    fn example(&self) -> &'static str {
        "never-falls-back"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let outcome = scene.outcome?;
        let nothing = scene.caller.is_some_and(|caller| caller.first_content.is_none());
        if outcome.answered.is_some() || !nothing {
            return None;
        }
        let (_, last, failure) = outcome.failures.last()?;
        let next = scene.cell.candidates.get(last + 1)?;
        let spent = scene.requests().len() >= scene.plan.policy.attempts_max as usize;
        let stop = failure.class.next() == Next::Stop;
        if spent || stop {
            return Some(Ok("nothing was left to try".to_owned()));
        }
        let message =
            format!("`{}` ended the turn, and {} was never asked", failure.class.name(), next.label());
        Some(Err(Failed::new(message)))
    }
}
