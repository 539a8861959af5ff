//! The part of the live arm that needs no gateway: which orders are worth playing on a real one, what
//! the model says of each step of them, and what the invariants say of what a real one answered.
//!
//! A client cannot stop a gateway between its reading and its writing. So what is played is made of
//! *units*: what one actor does until it is answered, or has read the files. A race whose point lies
//! inside the gateway is played all at once instead, and what comes of it is counted.

mod observe;
mod order;
mod plan;
mod tell;
mod tokens;
mod unit;
mod words;

pub use observe::{Observer, Sight, named, sight, translated};
pub use order::{Order, Why};
pub use plan::{Plan, Steerable, steerable};
pub use tell::{invariant_ids, tell};
pub use words::{Labels, Seen, State, act_words, deed_words};

use super::ledger::{Ours, Records};
use super::world::Unready;
use crate::scenario::race::Race;

/// What a gateway is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The production book.
    Ours,
    /// OpenClaw 2026.4.12 as it was measured.
    OpenClaw,
}

impl Model {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ours, Self::OpenClaw];

    /// The policy that it is.
    #[must_use]
    pub const fn policy(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::OpenClaw => "openclaw-2026.4.12",
        }
    }

    /// The model of a policy, where there can be a gateway that follows it.
    #[must_use]
    pub fn named(policy: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.policy() == policy)
    }

    /// The orders that are worth playing: the shortest of units that breaks each invariant, and at most
    /// `whole` that go to the end, those first that break nothing.
    ///
    /// # Errors
    /// Where the model cannot bring about what stands at the beginning.
    pub fn plan(self, race: &Race, whole: usize, seed: crate::seed::Seed) -> Result<Plan, Unready> {
        match self {
            Self::Ours => plan::plan::<Ours>(race, whole, seed),
            Self::OpenClaw => plan::plan::<Records>(race, whole, seed),
        }
    }

    /// What is seen, unit by unit, if the actors go in this order.
    ///
    /// # Errors
    /// Where the model cannot bring about what stands at the beginning.
    pub fn replay(self, race: &Race, order: &[usize]) -> Result<Vec<Seen>, Unready> {
        match self {
            Self::Ours => unit::replay::<Ours>(race, order),
            Self::OpenClaw => unit::replay::<Records>(race, order),
        }
    }
}
