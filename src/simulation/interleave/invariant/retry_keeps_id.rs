//! `pairing.retry-keeps-id`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::facts::Wish;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct RetryKeepsId;

impl Invariant for RetryKeepsId {
    fn id(&self) -> &'static str {
        "pairing.retry-keeps-id"
    }

    fn about(&self) -> &'static str {
        "Asking for the same again is answered with the same id, while that is neither decided nor too old."
    }

    fn source(&self) -> &'static str {
        "R3, R5; P01 superseded-request; rows 3, 5 and 9"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Answered { command: Some(Command::Connect(ask)), outcome, .. } = scene.deed else {
            return None;
        };
        let Outcome::Refused { request_id: Some(id), .. } = outcome else { return None };
        let same = Wish::of(&ask.claim, &ask.role, &ask.scopes);
        let old = scene.facts.ids.get(&same)?;
        let changed = old != id && scene.facts.must_live(old, scene.steady_ms);
        changed.then(|| format!("{} asked for the same as before, and its request got a new id", same.device))
    }
}
