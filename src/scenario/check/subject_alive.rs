//! A foreign subject outlives the failures of its providers.

use super::{Check, CheckScene, Failed};
use crate::dialect::{self, view};
use crate::recording::{HttpExchange, Recording};
use crate::scenario::foreign::{ALIVE_MODEL, ALIVE_PROVIDER};

pub(super) struct SubjectAlive;

impl Check for SubjectAlive {
    fn id(&self) -> &'static str {
        "subject.alive-after"
    }

    fn claim(&self) -> &'static str {
        "A foreign subject answers a healthy call straight after a provider has failed or hung."
    }

    fn example(&self) -> &'static str {
        "stall-silent"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        if scene.outcome.is_some() {
            return None;
        }
        let exchange = alive(scene.recording)?;
        let view = view(dialect::by_id(&exchange.dialect)?, exchange);
        if view.error.is_none() && view.response.finish.is_some() {
            return Some(Ok("a healthy call straight after it was answered".to_owned()));
        }
        let status =
            exchange.head().map_or_else(|| "no status".to_owned(), |head| format!("HTTP {}", head.status));
        let mut failed = Failed::new(format!("a healthy call straight after it was not answered ({status})"));
        if let Some(error) = &view.error {
            failed = failed.shown(0, error.message.clone());
        }
        Some(Err(failed))
    }
}

fn alive(recording: &Recording) -> Option<&HttpExchange> {
    recording.callers().find(|exchange| exchange.provider == ALIVE_PROVIDER && exchange.model == ALIVE_MODEL)
}
