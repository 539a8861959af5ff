//! A caller who hangs up is nobody's failure.

use super::{Check, CheckScene, Failed};
use crate::routing::FailureClass;

pub(super) struct AbortNotBlamed;

impl Check for AbortNotBlamed {
    fn id(&self) -> &'static str {
        "abort.not-blamed"
    }

    fn claim(&self) -> &'static str {
        "When the caller hangs up, no failure is noted against the provider that was answering."
    }

    fn example(&self) -> &'static str {
        "abort-blamed-on-provider"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        scene.recording.caller()?.abandoned()?;
        let outcome = scene.outcome?;
        let blamed =
            outcome.failures.iter().find(|(_, _, failure)| failure.class == FailureClass::CallerLeft);
        Some(match blamed {
            None => Ok("nobody is blamed".to_owned()),
            Some((attempt, _, failure)) => {
                let failed = Failed::new("the caller hung up, and the provider is blamed for it");
                Err(failed.shown(*attempt, failure.message.clone()))
            }
        })
    }
}
