//! `pairing.one-outcome`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::facts::Decision;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct OneOutcome;

impl Invariant for OneOutcome {
    fn id(&self) -> &'static str {
        "pairing.one-outcome"
    }

    fn about(&self) -> &'static str {
        "A request is approved once or rejected once, and nobody is told otherwise."
    }

    fn source(&self) -> &'static str {
        "P12 approve-vs-reject; rows 12 and 13"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        // Whoever approves in the files is told by the files, which wait for nobody.
        let Deed::Answered { command: Some(command), outcome: Outcome::Done { .. }, past: false, .. } =
            scene.deed
        else {
            return None;
        };
        let (Command::Approve { request_id, .. } | Command::Reject { request_id }) = command else {
            return None;
        };
        let before = scene.facts.decided.get(request_id)?;
        let then = match command {
            Command::Approve { .. } => Decision::Approved,
            _ => Decision::Rejected,
        };
        Some(format!("a request that was {before} is {then} again"))
    }
}
