//! `pairing.request-kept`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct RequestKept;

impl Invariant for RequestKept {
    fn id(&self) -> &'static str {
        "pairing.request-kept"
    }

    fn about(&self) -> &'static str {
        "A request stands until somebody decides it or its time is over; neither another device nor a clock that is set ends it."
    }

    fn source(&self) -> &'static str {
        "P14 clock-step; R6"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { command, .. } = scene.deed else { return None };
        if matches!(command, Command::Approve { .. } | Command::Reject { .. }) {
            return None;
        }
        let asker = match command {
            Command::Connect(ask) => Some(ask.claim.device_id.as_str()),
            _ => None,
        };
        let gone = scene.gone().find(|request| {
            asker != Some(request.claim.device_id.as_str())
                && scene.then.must_live(&request.request_id, scene.steady_ms)
        })?;
        Some(format!(
            "the request of {} is gone: nobody decided it, and its time was not over",
            gone.claim.device_id
        ))
    }
}
