//! `pairing.secret-suffices`

use crate::gateway::pairing::Command;
use crate::gateway::scope;

use super::super::deed::Deed;
use super::super::facts::Wish;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct SecretSuffices;

impl Invariant for SecretSuffices {
    fn id(&self) -> &'static str {
        "pairing.secret-suffices"
    }

    fn about(&self) -> &'static str {
        "Where the owner wants it so, the shared secret on this very machine is good for what an operator asks."
    }

    fn source(&self) -> &'static str {
        "rows 1 and 2 (s01, s02): whoever connects first decides what the others may do"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { command: Command::Connect(ask), step, .. } = scene.deed else { return None };
        let is_owner = scene.facts.secret_suffices
            && ask.local
            && ask.proof.is_shared()
            && ask.role == scope::ROLE_OPERATOR
            && scope::unknown(&ask.role, &ask.scopes).is_empty()
            && !scene.facts.is_barred(&ask.claim.device_id, &ask.role);
        let Outcome::Refused { pairing: true, .. } = Outcome::of(&step.answer) else { return None };
        let pinned = scene.before.0.get(&ask.claim.device_id).is_some_and(|device| {
            let old = Wish::of(&device.claim, &ask.role, &[]);
            !old.platform.is_empty() && old.platform != Wish::of(&ask.claim, &ask.role, &[]).platform
        });
        (is_owner && !pinned).then(|| {
            format!(
                "{} holds the shared secret, sits at the gateway, and is turned away",
                ask.claim.device_id
            )
        })
    }
}
