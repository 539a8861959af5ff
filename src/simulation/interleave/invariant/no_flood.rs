//! `pairing.no-flood`

use super::super::deed::Deed;
use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct NoFlood;

impl Invariant for NoFlood {
    fn id(&self) -> &'static str {
        "pairing.no-flood"
    }

    fn about(&self) -> &'static str {
        "No more requests are announced for a device than it asked for different things."
    }

    fn source(&self) -> &'static str {
        "R5; P02 ttl-while-retrying; row 39"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        scene.then.announced.iter().find_map(|(id, announced)| {
            let asks = scene.then.asks.get(id).map_or(0, std::collections::BTreeSet::len);
            let decided = scene.then.decided.len();
            let open = matches!(scene.deed, Deed::Answered { .. });
            let over = open && usize::from(*announced) > asks + decided;
            over.then(|| {
                format!(
                    "{announced} requests of {id} were announced, and it asked for {asks} different things"
                )
            })
        })
    }
}
