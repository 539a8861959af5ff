//! `pairing.connect-keeps-token`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct ConnectKeepsToken;

impl Invariant for ConnectKeepsToken {
    fn id(&self) -> &'static str {
        "pairing.connect-keeps-token"
    }

    fn about(&self) -> &'static str {
        "A connect leaves the token that stands in the record as it is."
    }

    fn source(&self) -> &'static str {
        "row 19 (s04, s28): a connect mints a token for what it asks, and the one before it is worthless"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { command: Command::Connect(ask), step, .. } = scene.deed else { return None };
        let id = &ask.claim.device_id;
        let old = scene.before.0.get(id)?.live_token(&ask.role)?;
        let new = scene.after.0.get(id).and_then(|device| device.live_token(&ask.role));
        let same = new.is_some_and(|new| new.hash == old.hash);
        (!same && Outcome::of(&step.answer).is_good())
            .then(|| format!("{id} connected, and the token that it had is worthless"))
    }
}
