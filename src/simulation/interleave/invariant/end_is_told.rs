//! `pairing.end-is-told`

use super::super::deed::Deed;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct EndIsTold;

impl Invariant for EndIsTold {
    fn id(&self) -> &'static str {
        "pairing.end-is-told"
    }

    fn about(&self) -> &'static str {
        "Whoever listens is told of every request that is over."
    }

    fn source(&self) -> &'static str {
        "row 39 (s25): three announcements, no word of the two that vanished"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { step, .. } = scene.deed else { return None };
        let told = |id: &str| {
            step.events.iter().any(|event| {
                event.name == "device.pair.resolved"
                    && event.payload.get("requestId").and_then(serde_json::Value::as_str) == Some(id)
            })
        };
        // A request that the grant covered was told of then.
        let gone = scene.gone().find(|request| !request.covered && !told(&request.request_id))?;
        Some(format!("a request of {} is over, and whoever listens is not told", gone.claim.device_id))
    }
}
