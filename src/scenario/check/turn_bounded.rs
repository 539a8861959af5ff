//! A turn ends, within its deadline.

use super::{Check, CheckScene, Failed};
use crate::recording::{Stage, TransportEvent};

pub(super) struct TurnBounded;

impl Check for TurnBounded {
    fn id(&self) -> &'static str {
        "turn.bounded"
    }

    fn claim(&self) -> &'static str {
        "The caller has an answer or an error before the turn's total deadline."
    }

    fn example(&self) -> &'static str {
        "stall-silent"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        if scene.cell.candidates.is_empty() {
            return None;
        }
        if scene.outcome.is_none() {
            return foreign(scene);
        }
        let deadlines = &scene.plan.policy.deadlines;
        let Some(end) = scene.recording.caller().and_then(|caller| caller.events.last()) else {
            return Some(Err(Failed::new("the caller got neither an answer nor an error")));
        };
        let took = end.at.since(crate::moment::Moment::ZERO);
        // Draining goes on behind the caller's back; a real clock may be read a little late.
        let allowed = deadlines.total + deadlines.drain + deadlines.total / 10;
        if took > allowed {
            return Some(Err(Failed::new(format!(
                "the turn outlived its total deadline of {:?}",
                deadlines.total
            ))));
        }
        Some(Ok("ended within its deadline".to_owned()))
    }
}

/// A subject with deadlines that nobody knows must end while its caller still waits.
fn foreign(scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
    let caller = scene.recording.caller()?;
    let end = caller.end()?;
    match end.what {
        TransportEvent::TimedOut(Stage::Drain) => {
            Some(Ok("ended within the case's time; the connection stayed open".to_owned()))
        }
        TransportEvent::TimedOut(_) => {
            let waited = end.at.since(caller.started).as_secs_f64();
            let came = caller.body().len();
            let message = format!(
                "the caller hung: after {waited:.0} s of nominal time it had neither a whole answer nor an error"
            );
            Some(Err(Failed::new(message).shown(0, format!("{came} bytes had come"))))
        }
        _ => Some(Ok("ended within the case's time".to_owned())),
    }
}
