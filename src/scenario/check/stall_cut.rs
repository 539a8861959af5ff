//! A stalled attempt ends within the deadline of its stage.

use std::time::Duration;

use super::{Check, CheckScene, Failed, decoded};
use crate::recording::TransportEvent;

pub(super) struct StallCut;

impl Check for StallCut {
    fn id(&self) -> &'static str {
        "stall.cut-in-time"
    }

    fn claim(&self) -> &'static str {
        "An attempt that makes no progress is given up within the deadline of its stage; keep-alives are no progress."
    }

    fn example(&self) -> &'static str {
        "keepalives-are-progress"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        const SLACK: Duration = Duration::from_millis(2500);
        scene.outcome?;
        let deadlines = &scene.plan.policy.deadlines;
        let mut looked = false;
        for exchange in scene.recording.upstream() {
            let Some(end) = exchange.end().filter(|end| gave_up(&end.what)) else { continue };
            let Some(view) = decoded(exchange) else { continue };
            looked = true;
            let head = exchange.events.iter().find(|event| matches!(event.what, TransportEvent::Head(_)));
            let (since, allowed) = match (view.last_content, head) {
                (Some(content), _) => (content, deadlines.inter_event + deadlines.drain),
                (None, Some(head)) => (head.at, deadlines.first_event + deadlines.drain),
                (None, None) => (exchange.started, deadlines.connect + deadlines.headers),
            };
            let idle = end.at.since(since);
            if idle > allowed + allowed / 10 + SLACK {
                let message = format!("an attempt without progress was given up only after {idle:?}");
                return Some(Err(
                    Failed::new(message).shown(exchange.attempt, format!("allowed {allowed:?}"))
                ));
            }
        }
        looked.then(|| Ok("given up in time".to_owned()))
    }
}

const fn gave_up(end: &TransportEvent) -> bool {
    matches!(end, TransportEvent::TimedOut(_) | TransportEvent::Cancelled)
}
