//! A failure is called a timeout only when a deadline passed.

use super::{Check, CheckScene, Failed};
use crate::recording::TransportEvent;
use crate::routing::FailureClass;

pub(super) struct TimeoutHonest;

impl Check for TimeoutHonest {
    fn id(&self) -> &'static str {
        "failure.timeout-honest"
    }

    fn claim(&self) -> &'static str {
        "A failure is called a timeout if, and only if, a deadline of ours ended the attempt."
    }

    fn example(&self) -> &'static str {
        "empty-stream"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let mut looked = false;
        for (attempt, _, failure) in scene.failures() {
            let Some(exchange) = scene.recording.upstream().find(|exchange| exchange.attempt == *attempt)
            else {
                continue;
            };
            looked = true;
            let overdue = matches!(exchange.end().map(|end| &end.what), Some(TransportEvent::TimedOut(_)));
            let called = matches!(failure.class, FailureClass::Deadline(_));
            // A status that came before the deadline says more than the deadline does.
            let told = failure.status.is_some_and(|status| status >= 400);
            if called != overdue && !(overdue && told) {
                let message = if called {
                    format!("attempt {attempt} is called `{}`, and no deadline passed", failure.class.name())
                } else {
                    format!("a deadline ended attempt {attempt}, and it is called `{}`", failure.class.name())
                };
                return Some(Err(Failed::new(message).shown(*attempt, failure.message.clone())));
            }
        }
        looked.then(|| Ok("every timeout is one, and nothing else is".to_owned()))
    }
}
