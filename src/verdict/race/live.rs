//! What came of playing races on a running gateway, held against the model.

use super::super::Verdict;

/// All races that were played on a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRun {
    /// The gateway's address.
    pub target: String,
    /// The version that it claims.
    pub version: String,
    /// The policy of the model that it was held against.
    pub policy: String,
    /// Why that one.
    pub because: String,
    /// What the orders that were drawn by chance were made of.
    pub seed: u64,
    /// The races.
    pub sets: Vec<LiveSet>,
    /// Whether everything that was made there is gone again, in words.
    pub cleared: Cleared,
}

/// Whether everything that was made on a gateway is gone again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cleared {
    /// So many devices were made, and none of them nor a request of theirs is left.
    All(usize),
    /// These may be left: what they are, and why.
    Left(Vec<String>, String),
}

/// What came of one race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSet {
    /// The race's id.
    pub name: String,
    /// One line.
    pub title: String,
    /// Why it was not played.
    pub skipped: Option<String>,
    /// The orders that were played.
    pub orders: Vec<LiveOrder>,
    /// What came of playing it all at once.
    pub rate: Option<LiveRate>,
}

/// One order, as the model has it and as it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveOrder {
    /// The order, and why it was played.
    pub words: String,
    /// The invariants that it breaks under the model.
    pub model: Vec<String>,
    /// The invariants that it broke in reality, and how.
    pub reality: Vec<(String, String)>,
    /// Step by step.
    pub steps: Vec<LiveStep>,
    /// The first step at which the two differ.
    pub differs: Option<Difference>,
}

/// One step on a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveStep {
    /// Who.
    pub actor: String,
    /// What it does.
    pub act: String,
    /// What the model says.
    pub model: String,
    /// What the gateway said.
    pub reality: String,
    /// What the gateway lists afterwards.
    pub listed: String,
    /// The code with which the gateway closed the connection, where it did.
    pub closed: Option<u16>,
}

/// Where model and reality part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The step, from 1.
    pub step: usize,
    /// What the model says.
    pub model: String,
    /// What the gateway says.
    pub reality: String,
}

/// What came of playing a race all at once, many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRate {
    /// How often it was played.
    pub runs: usize,
    /// The invariants that the model breaks only inside the gateway, where nobody can steer.
    pub model: Vec<String>,
    /// The invariants that broke in reality, in how many runs, and how.
    pub reality: Vec<(String, usize, String)>,
}

impl LiveRun {
    /// In how many orders model and reality differ.
    #[must_use]
    pub fn disagreements(&self) -> usize {
        let orders = self.sets.iter().flat_map(|set| &set.orders);
        orders.filter(|order| order.differs.is_some()).count()
    }

    /// Fail where reality broke an invariant, where it differs from the model, or where something of
    /// ours is left; skip where nothing was played.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let broke = |set: &LiveSet| {
            set.orders.iter().any(|order| !order.reality.is_empty() || order.differs.is_some())
                || set.rate.as_ref().is_some_and(|rate| !rate.reality.is_empty())
        };
        if self.sets.iter().any(broke) || matches!(self.cleared, Cleared::Left(..)) {
            Verdict::Fail
        } else if self.sets.iter().all(|set| set.skipped.is_some()) {
            Verdict::Skip
        } else {
            Verdict::Pass
        }
    }
}
