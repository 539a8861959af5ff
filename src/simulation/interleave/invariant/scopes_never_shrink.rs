//! `pairing.scopes-never-shrink`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct ScopesNeverShrink;

impl Invariant for ScopesNeverShrink {
    fn id(&self) -> &'static str {
        "pairing.scopes-never-shrink"
    }

    fn about(&self) -> &'static str {
        "An approval adds to what a token is good for, and takes nothing."
    }

    fn source(&self) -> &'static str {
        "P07 upgrade-loop; row 19"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let (Deed::Effect { command, step, .. } | Deed::FilesWritten { command, step, .. }) = scene.deed
        else {
            return None;
        };
        let Command::Approve { request_id, .. } = command else { return None };
        let ask = scene.before.1.get(request_id).filter(|_| Outcome::of(&step.answer).is_good())?;
        let id = &ask.claim.device_id;
        let old = scene.before.0.get(id)?.live_token(&ask.role)?;
        let new = scene.after.0.get(id)?.live_token(&ask.role)?;
        let lost = old.scopes.iter().find(|scope| !new.scopes.contains(scope))?;
        Some(format!("the token of {id} was good for {lost} before the approval, and is not after it"))
    }
}
