//! A foreign subject passes the request on to the mock.

use super::{Check, CheckScene, Failed};

pub(super) struct SubjectReached;

impl Check for SubjectReached {
    fn id(&self) -> &'static str {
        "subject.reached-mock"
    }

    fn claim(&self) -> &'static str {
        "A foreign subject passes the caller's request on, so that it reaches the mock."
    }

    fn example(&self) -> &'static str {
        "none"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        if scene.outcome.is_some() || scene.cell.candidates.is_empty() {
            return None;
        }
        let reached = scene.recording.wall().count();
        if reached > 0 {
            return Some(Ok(format!("{reached} requests reached the mock")));
        }
        let mut failed =
            Failed::new("the subject answered by itself: no request of this case reached the mock");
        if let Some(error) = scene.caller.and_then(|caller| caller.error.as_ref()) {
            failed = failed.shown(0, format!("the caller was told: {}", error.message));
        }
        Some(Err(failed))
    }
}
