//! The caller hangs up, and so does the subject.

use std::time::Duration;

use super::{Check, CheckScene, Failed};

pub(super) struct AbortPassed;

impl Check for AbortPassed {
    fn id(&self) -> &'static str {
        "abort.passed-on"
    }

    fn claim(&self) -> &'static str {
        "When the caller hangs up, the wall sees the subject hang up too, within fifteen nominal seconds."
    }

    fn example(&self) -> &'static str {
        "abort-not-passed"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        // 300 ms of the wire world, which runs 50 times as fast on a machine that has more to do.
        const SLACK: Duration = Duration::from_secs(15);
        let left = scene.recording.caller()?.abandoned()?;
        let mut looked = false;
        for exchange in scene.recording.wall() {
            let end = exchange.end();
            if end.is_some_and(|end| end.at <= left) {
                continue;
            }
            looked = true;
            if exchange.abandoned().is_none_or(|at| at.since(left) > SLACK) {
                let message = format!(
                    "the caller hung up, and the answer of {}/{} was read on",
                    exchange.provider, exchange.model
                );
                let bytes = exchange.body().len();
                let text = format!("{bytes} bytes of body were sent in all");
                return Some(Err(Failed::new(message).shown(exchange.attempt, text)));
            }
        }
        looked.then(|| Ok("the wall saw the hang-up".to_owned()))
    }
}
