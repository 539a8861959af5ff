//! `pairing.shown-stays-approvable`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::world::{Errand, Outcome};
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct ShownStaysApprovable;

impl Invariant for ShownStaysApprovable {
    fn id(&self) -> &'static str {
        "pairing.shown-stays-approvable"
    }

    fn about(&self) -> &'static str {
        "An id that was shown can be approved until somebody decides it or its time is over."
    }

    fn source(&self) -> &'static str {
        "R2, R4; P01 superseded-request; P08 approve-as-device; P14 clock-step"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Answered { errand: Errand::Act, command, target: Some(target), outcome, .. } = scene.deed
        else {
            return None;
        };
        let Some(Command::Approve { request_id, .. }) = command else { return None };
        let Outcome::Refused { message, .. } = outcome else { return None };
        let is_gone =
            message.contains("unknown requestId") && scene.facts.must_live(request_id, scene.steady_ms);
        is_gone
            .then(|| format!("the request of {} was shown, nobody decided it, and it is gone", target.device))
    }
}
