//! A stream is passed on as it comes.

use std::time::Duration;

use super::{Check, CheckScene, Failed};

pub(super) struct NotHeldBack;

impl Check for NotHeldBack {
    fn id(&self) -> &'static str {
        "stream.not-held-back"
    }

    fn claim(&self) -> &'static str {
        "Where a stream takes its time, its first content reaches the caller when it comes, not when all has come."
    }

    fn example(&self) -> &'static str {
        "holds-back"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        // Both bounds are nominal: 200 ms and 100 ms of the wire world, which runs 50 times as fast.
        const SPAN: Duration = Duration::from_secs(10);
        const SLACK: Duration = Duration::from_secs(5);
        let answer = scene.answer?;
        let (first, last) = (answer.first_content?, answer.last_content?);
        if !scene.plan.request.stream {
            return None;
        }
        let late = scene.caller?.first_content?.since(first);
        let slow = last.since(first) >= SPAN;
        Some(if late <= SLACK || !slow {
            Ok("passed on as it came".to_owned())
        } else {
            let message = "the first content was kept back until much of the answer had come";
            Err(Failed::new(message).shown(answer.attempt, format!("{late:?} late")))
        })
    }
}
