//! The answer comes from the declared candidate, or from nobody.

use super::{Check, CheckScene, Failed};
use crate::routing::Candidate;

pub(super) struct AnswerFrom;

impl Check for AnswerFrom {
    fn id(&self) -> &'static str {
        "answer.from-declared"
    }

    fn claim(&self) -> &'static str {
        "The candidate that the scenario declares gives the answer, and nobody else."
    }

    fn example(&self) -> &'static str {
        "unauthorized"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        scene.outcome?;
        let name = |place: Option<usize>| match place.and_then(|place| scene.cell.candidates.get(place)) {
            Some(candidate) => Candidate::label(candidate),
            None => "nobody".to_owned(),
        };
        let (wanted, got) = (name(scene.cell.answered_by), name(scene.answered()));
        if scene.cell.answered_by == scene.answered() {
            return Some(Ok(format!("answered by {got}")));
        }
        let mut failed = Failed::new(format!("{wanted} should have answered, {got} did"));
        for (attempt, candidate, failure) in scene.failures() {
            let text = format!("{}: {}", name(Some(*candidate)), failure.message);
            failed = failed.shown(*attempt, text);
        }
        Some(Err(failed))
    }
}
