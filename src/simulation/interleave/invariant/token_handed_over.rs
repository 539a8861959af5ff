//! `pairing.token-handed-over`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct TokenHandedOver;

impl Invariant for TokenHandedOver {
    fn id(&self) -> &'static str {
        "pairing.token-handed-over"
    }

    fn about(&self) -> &'static str {
        "Whoever is let in upon a record is handed the token that stands in it."
    }

    fn source(&self) -> &'static str {
        "P10 second-socket-no-auth"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { command: Command::Connect(ask), step, .. } = scene.deed else { return None };
        let Outcome::Admitted { token: None } = Outcome::of(&step.answer) else { return None };
        let id = &ask.claim.device_id;
        let stands = scene.after.0.get(id).is_some_and(|device| device.live_token(&ask.role).is_some());
        stands.then(|| format!("{id} is let in without the token that stands in its record"))
    }
}
