//! When a fallback answers, it is said aloud.

use super::{Check, CheckScene, Failed};

pub(super) struct FallbackNamed;

impl Check for FallbackNamed {
    fn id(&self) -> &'static str {
        "fallback.named"
    }

    fn claim(&self) -> &'static str {
        "When a fallback answers in place of the primary, the router's decisions say so and name both."
    }

    fn example(&self) -> &'static str {
        "empty-stream"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let place = scene.outcome?.answered.filter(|place| *place > 0)?;
        let fallback = scene.cell.candidates.get(place)?.label();
        let primary = scene.cell.label();
        let decisions = &scene.recording.decisions;
        let left = decisions.iter().any(|decision| {
            decision.what.kind == "next-candidate"
                && decision.what.target == primary
                && !decision.what.reason.is_empty()
        });
        let won = decisions
            .iter()
            .any(|decision| decision.what.kind == "success" && decision.what.target == fallback);
        if left && won {
            return Some(Ok(format!("{fallback} answered in place of {primary}, and it says so")));
        }
        Some(Err(Failed::new(format!("{fallback} answered in place of {primary}, and no decision says so"))))
    }
}
