//! A turn ends, within its deadline.

use super::{Check, CheckScene, Failed};

pub(super) struct TurnBounded;

impl Check for TurnBounded {
    fn id(&self) -> &'static str {
        "turn.bounded"
    }

    fn claim(&self) -> &'static str {
        "The caller has an answer or an error before the turn's total deadline."
    }

    fn example(&self) -> &'static str {
        "stall-silent"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        if scene.cell.candidates.is_empty() {
            return None;
        }
        let deadlines = &scene.plan.policy.deadlines;
        let Some(end) = scene.recording.caller().and_then(|caller| caller.events.last()) else {
            return Some(Err(Failed::new("the caller got neither an answer nor an error")));
        };
        let took = end.at.since(crate::moment::Moment::ZERO);
        // Draining goes on behind the caller's back; a real clock may be read a little late.
        let allowed = deadlines.total + deadlines.drain + deadlines.total / 10;
        if took > allowed {
            return Some(Err(Failed::new(format!(
                "the turn outlived its total deadline of {:?}",
                deadlines.total
            ))));
        }
        Some(Ok("ended within its deadline".to_owned()))
    }
}
