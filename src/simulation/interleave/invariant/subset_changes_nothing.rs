//! `pairing.subset-changes-nothing`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::facts::Wish;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct SubsetChangesNothing;

impl Invariant for SubsetChangesNothing {
    fn id(&self) -> &'static str {
        "pairing.subset-changes-nothing"
    }

    fn about(&self) -> &'static str {
        "Asking for a part of what is asked already is answered with a request that stands."
    }

    fn source(&self) -> &'static str {
        "R3; row 9 (s03); https://github.com/openclaw/openclaw/pull/98145"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { command: Command::Connect(ask), step, .. } = scene.deed else { return None };
        let Outcome::Refused { request_id: Some(id), .. } = Outcome::of(&step.answer) else { return None };
        let wish = Wish::of(&ask.claim, &ask.role, &ask.scopes);
        if scene.before.1.contains_key(&id) {
            return None;
        }
        let wider = scene.before.1.values().any(|request| {
            let other = Wish::of(&request.claim, &request.role, &request.scopes);
            other.device == wish.device
                && other.role == wish.role
                && other.platform == wish.platform
                && other.scopes != wish.scopes
                && wish.scopes.first_beyond(&other.scopes).is_none()
                && scene.facts.must_live(&request.request_id, scene.steady_ms)
        });
        wider.then(|| {
            format!("{} asked for a part of what it asks already, and got a new request", wish.device)
        })
    }
}
