//! `pairing.crash-is-atomic`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::scopes::Scopes;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct CrashIsAtomic;

impl Invariant for CrashIsAtomic {
    fn id(&self) -> &'static str {
        "pairing.crash-is-atomic"
    }

    fn about(&self) -> &'static str {
        "A killed gateway leaves what was before or what comes after, and nothing between."
    }

    fn source(&self) -> &'static str {
        "P13 crash-between-writes"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Answered { command: Some(command), outcome: Outcome::Lost, .. } = scene.deed else {
            return None;
        };
        let Command::Approve { request_id, .. } = command else { return None };
        let meant = scene.facts.shown.get(request_id)?;
        let has =
            scene.after.0.get(&meant.device).map(|device| Scopes::of(&device.scopes)).unwrap_or_default();
        let granted = Scopes::of(&meant.scopes).first_beyond(&has).is_none();
        let stands = scene.after.1.contains_key(request_id);
        let ended = scene.facts.decided.contains_key(request_id)
            || scene.facts.is_barred(&meant.device, &meant.role)
            || !scene.facts.is_young(request_id, scene.steady_ms);
        (!granted && !stands && !ended)
            .then(|| format!("the request of {} is gone, and it was not granted", meant.device))
    }
}
