//! `pairing.approved-is-admitted`

use crate::gateway::pairing::Command;
use crate::gateway::scope;

use super::super::deed::Deed;
use super::super::facts::Wish;
use super::super::world::{Errand, Outcome};
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct ApprovedIsAdmitted;

impl Invariant for ApprovedIsAdmitted {
    fn id(&self) -> &'static str {
        "pairing.approved-is-admitted"
    }

    fn about(&self) -> &'static str {
        "A device that asks for what was approved is let in."
    }

    fn source(&self) -> &'static str {
        "P11 no-reconnect-after-approve; P09 rotate-restart-mismatch"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { errand: Errand::Act, command: Command::Connect(ask), step, .. } = scene.deed
        else {
            return None;
        };
        let Outcome::Refused { message, pairing: true, .. } = Outcome::of(&step.answer) else { return None };
        let platform = |claim| Wish::of(claim, &ask.role, &[]).platform;
        let known = scene.before.0.get(&ask.claim.device_id);
        if known.is_some_and(|device| platform(&device.claim) != platform(&ask.claim)) {
            return None;
        }
        let promised = scene.facts.promised.get(&ask.claim.device_id)?.words();
        // A scope of another role is nothing that this one could have, whoever was granted it.
        let is_its_own = scope::unknown(&ask.role, &ask.scopes).is_empty();
        let good = is_its_own && scope::allows(&ask.role, &promised, &ask.scopes) && !ask.scopes.is_empty();
        good.then(|| {
            format!("{} was approved for what it asks, and is refused: {message}", ask.claim.device_id)
        })
    }
}
