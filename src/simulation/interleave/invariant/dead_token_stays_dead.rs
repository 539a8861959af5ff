//! `pairing.dead-token-stays-dead`

use crate::gateway::pairing::{Command, hash_of};

use super::super::deed::Deed;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct DeadTokenStaysDead;

impl Invariant for DeadTokenStaysDead {
    fn id(&self) -> &'static str {
        "pairing.dead-token-stays-dead"
    }

    fn about(&self) -> &'static str {
        "A token that was replaced or revoked lets nobody in again."
    }

    fn source(&self) -> &'static str {
        "row 18 (s05); P04 setup-code-revived; P09 rotate-restart-mismatch"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { command: Command::Connect(ask), step, .. } = scene.deed else { return None };
        let given = ask.device_token.as_ref().filter(|_| !ask.proof.is_shared())?;
        let is_in = Outcome::of(&step.answer).is_good();
        (is_in && scene.facts.dead.contains(&hash_of(given.expose())))
            .then(|| format!("{} is let in by a token that had been replaced", ask.claim.device_id))
    }
}
