//! `pairing.converges`

use crate::gateway::pairing::Command;

use super::super::deed::Deed;
use super::{Invariant, Scene};

/// Rounds of looking and approving that a person may need.
const ROUNDS_MAX: usize = 2;

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct Converges;

impl Invariant for Converges {
    fn id(&self) -> &'static str {
        "pairing.converges"
    }

    fn about(&self) -> &'static str {
        "Approving what is shown comes to its end: never twice in vain."
    }

    fn source(&self) -> &'static str {
        "P07 upgrade-loop; the support case behind this tool; rows 6 and 7"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        let (Deed::Answered { who, command: Some(Command::Approve { .. }), .. } | Deed::Ended { who, .. }) =
            scene.deed
        else {
            return None;
        };
        let vain = scene.then.vain.get(who).map_or(0, std::collections::BTreeSet::len);
        (vain >= ROUNDS_MAX).then(|| {
            format!("{vain} times somebody looked and approved what was shown, and each time it was gone")
        })
    }
}
