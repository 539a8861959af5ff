//! Nobody else is asked once the caller has content.

use super::{Check, CheckScene, Failed};

pub(super) struct FallbackBeforeCommit;

impl Check for FallbackBeforeCommit {
    fn id(&self) -> &'static str {
        "fallback.before-commit"
    }

    fn claim(&self) -> &'static str {
        "Once content has reached the caller, no further request is made for this turn."
    }

    fn example(&self) -> &'static str {
        "falls-back-after-commit"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        // Whether content came before a caller hung up is a matter of pace.
        if scene.recording.caller()?.abandoned().is_some() {
            return None;
        }
        let commit = scene.caller?.first_content?;
        match scene.requests().iter().find(|exchange| exchange.started > commit) {
            None => Some(Ok("no request behind the first content".to_owned())),
            Some(late) => {
                let message = "content had reached the caller, and a further request was made";
                let text = format!("{}/{} was asked", late.provider, late.model);
                Some(Err(Failed::new(message).shown(late.attempt, text)))
            }
        }
    }
}
