//! `pairing.revoked-stays-revoked`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct RevokedStaysRevoked;

impl Invariant for RevokedStaysRevoked {
    fn id(&self) -> &'static str {
        "pairing.revoked-stays-revoked"
    }

    fn about(&self) -> &'static str {
        "What was revoked or removed is not let in again until somebody approves it."
    }

    fn source(&self) -> &'static str {
        "rows 21 and 23; P06 spent-token-loop"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { command: Command::Connect(ask), step, .. } = scene.deed else { return None };
        let back =
            Outcome::of(&step.answer).is_good() && scene.facts.is_barred(&ask.claim.device_id, &ask.role);
        back.then(|| format!("{} was revoked or removed, and is let in as {}", ask.claim.device_id, ask.role))
    }
}
