//! `pairing.approval-kept`

use super::super::scopes::Scopes;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct ApprovalKept;

impl Invariant for ApprovalKept {
    fn id(&self) -> &'static str {
        "pairing.approval-kept"
    }

    fn about(&self) -> &'static str {
        "What was reported as approved is there, until somebody takes it back."
    }

    fn source(&self) -> &'static str {
        "R6; row 14"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        scene.then.promised.iter().find_map(|(id, promised)| {
            let has = scene.after.0.get(id).map(|device| Scopes::of(&device.scopes)).unwrap_or_default();
            let lost = promised.first_beyond(&has)?;
            Some(format!("{lost} was reported as approved for {id}, and is gone"))
        })
    }
}
