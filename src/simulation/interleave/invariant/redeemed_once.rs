//! `pairing.redeemed-once`

use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct RedeemedOnce;

impl Invariant for RedeemedOnce {
    fn id(&self) -> &'static str {
        "pairing.redeemed-once"
    }

    fn about(&self) -> &'static str {
        "A bootstrap token lets one device in, for ever."
    }

    fn source(&self) -> &'static str {
        "P04 setup-code-revived; P05 scope-swap"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        scene.then.redeemed.iter().find_map(|(_, devices)| {
            let names: Vec<&str> = devices.iter().map(String::as_str).collect();
            (names.len() > 1).then(|| format!("one bootstrap token let in {}", names.join(" and ")))
        })
    }
}
