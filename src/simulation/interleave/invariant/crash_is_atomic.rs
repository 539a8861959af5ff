//! `pairing.crash-is-atomic`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::facts::Decision;
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
        let granted = Scopes::of(&meant.scopes).is_subset(&has);
        let stands = scene.after.1.contains_key(request_id);
        let given = scene.facts.granted.get(&meant.device);
        let begun = scene.facts.settled.get(request_id) == Some(&Decision::Approved)
            && given.is_some_and(|given| Scopes::of(&meant.scopes).is_subset(given))
            && !scene.facts.is_barred(&meant.device, &meant.role);
        (begun && !granted && !stands)
            .then(|| format!("the request of {} is gone, and it was not granted", meant.device))
    }
}
