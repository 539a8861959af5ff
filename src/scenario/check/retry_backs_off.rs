//! A failing provider is not asked again at once.

use super::{Check, CheckScene, Failed, same_target};
use crate::routing::Policy;

pub(super) struct RetryBacksOff;

impl Check for RetryBacksOff {
    fn id(&self) -> &'static str {
        "retry.backs-off"
    }

    fn claim(&self) -> &'static str {
        "Behind a 429 or a 5xx the same candidate is asked again only after a wait."
    }

    fn example(&self) -> &'static str {
        "no-backoff"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        // How somebody else's router spaces its attempts is bounded by their number.
        scene.outcome?;
        // A quarter of the first step, below any jitter.
        let least = Policy::default().backoff.first / 4;
        let requests = scene.requests();
        let mut looked = false;
        for (place, refused) in requests.iter().enumerate() {
            let failing = refused.head().is_some_and(|head| head.status == 429 || head.status >= 500);
            let again = requests[place + 1..].iter().find(|later| same_target(refused, later));
            let (true, Some(again), Some(end)) = (failing, again, refused.events.last()) else { continue };
            looked = true;
            let waited = again.started.since(end.at);
            if waited < least {
                let message = format!("asked again after {waited:?}");
                return Some(Err(
                    Failed::new(message).shown(again.attempt, format!("attempt {}", again.attempt))
                ));
            }
        }
        looked.then(|| Ok("every retry waited".to_owned()))
    }
}
