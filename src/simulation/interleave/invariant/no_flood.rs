//! `pairing.no-flood`

use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct NoFlood;

impl Invariant for NoFlood {
    fn id(&self) -> &'static str {
        "pairing.no-flood"
    }

    fn about(&self) -> &'static str {
        "What a device asks is announced once, until somebody decides it or its time is over."
    }

    fn source(&self) -> &'static str {
        "R5; P02 ttl-while-retrying; row 39"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let (id, _) = scene.then.undue.iter().find(|(_, undue)| **undue > 0)?;
        Some(format!(
            "{id} is announced again for what it asked before, under a new id, and nobody had decided"
        ))
    }
}
