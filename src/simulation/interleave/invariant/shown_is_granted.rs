//! `pairing.shown-is-granted`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::scopes::Scopes;
use super::super::world::Outcome;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct ShownIsGranted;

impl Invariant for ShownIsGranted {
    fn id(&self) -> &'static str {
        "pairing.shown-is-granted"
    }

    fn about(&self) -> &'static str {
        "Approving an id grants what it was shown to stand for, and nothing else."
    }

    fn source(&self) -> &'static str {
        "R1; P05 scope-swap; rows 9 and 10"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let (Deed::Effect { who, command, step, .. } | Deed::FilesWritten { who, command, step }) =
            scene.deed
        else {
            return None;
        };
        let Command::Approve { request_id, .. } = command else { return None };
        let shown = scene.facts.shown.get(request_id).filter(|_| Outcome::of(&step.answer).is_good())?;
        if let Some(agreed) = scene.facts.agreed.get(who).filter(|agreed| agreed.role != shown.role) {
            let (device, role) = (&shown.device, &shown.role);
            return Some(format!("{device} was shown as {} at first, and approved as {role}", agreed.role));
        }
        let shown = &scene.facts.meant(*who, shown);
        let had = scene.before.0.get(&shown.device).map(|device| Scopes::of(&device.scopes));
        let has = Scopes::of(&scene.after.0.get(&shown.device)?.scopes);
        let mut meant = had.unwrap_or_default();
        meant.extend(&Scopes::of(&shown.scopes));
        let extra = has.first_beyond(&meant)?;
        if scene.facts.agreed.contains_key(who) {
            let device = &shown.device;
            return Some(format!(
                "{device} was shown without {extra} at first, and what was approved has it"
            ));
        }
        Some(format!("{} was shown without {extra}, and granted it", shown.device))
    }
}
