//! What was observed is what the scenario declares.

use super::{Check, CheckScene, Failed};

pub(super) struct ObservedAsDeclared;

impl Check for ObservedAsDeclared {
    fn id(&self) -> &'static str {
        "observed.as-declared"
    }

    fn claim(&self) -> &'static str {
        "The state and the cause observed of the primary are those that the scenario declares."
    }

    fn example(&self) -> &'static str {
        "empty-stream"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let (observed, expected) = (scene.observed, &scene.cell.expected);
        let seen = match &observed.cause {
            Some(cause) => format!("{}: {cause}", observed.state.name()),
            None => observed.state.name().to_owned(),
        };
        if observed.state == expected.state && observed.cause == expected.cause {
            return Some(Ok(format!("observed {seen}")));
        }
        // A foreign subject may have asked for something else than the scenario does: what the mock
        // then did is told, and is no fault of the subject.
        scene.outcome?;
        let mut failed = Failed::new(format!("declared {}, observed {seen}", expected.words()));
        if let Some(finding) = scene.findings.first() {
            failed.evidence.extend(finding.evidence.iter().cloned());
        }
        Some(Err(failed))
    }
}
