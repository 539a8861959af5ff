//! `pairing.look-takes-nothing`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::super::world::Errand;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct LookTakesNothing;

impl Invariant for LookTakesNothing {
    fn id(&self) -> &'static str {
        "pairing.look-takes-nothing"
    }

    fn about(&self) -> &'static str {
        "Looking takes no request away, and neither does the connect that a command makes first."
    }

    fn source(&self) -> &'static str {
        "R4; rows 4 and 5; P08 approve-as-device"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let Deed::Effect { errand, command, .. } = scene.deed else { return None };
        if *errand != Errand::Door && !matches!(command, Command::List) {
            return None;
        }
        let gone = scene.gone().find(|request| scene.then.must_live(&request.request_id, scene.steady_ms))?;
        Some(format!("somebody looked, and a request of {} is gone", gone.claim.device_id))
    }
}
