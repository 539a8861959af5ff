//! The closed sets of words in the JSON report.
//!
//! They are spelled here a second time on purpose: what is published must not
//! change because a name inside changed.

use schemars::JsonSchema;
use serde::Serialize;

use crate::verdict;

/// Whether what was declared happened.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// What was declared happened.
    Pass,
    /// Not run here, with a reason.
    Skip,
    /// A known failure failed as expected.
    Xfail,
    /// Failed, then passed when repeated.
    Flaky,
    /// A known failure passed.
    Xpass,
    /// What was declared did not happen.
    Fail,
    /// We could not do our work.
    Error,
}

impl From<verdict::Verdict> for Verdict {
    fn from(verdict: verdict::Verdict) -> Self {
        match verdict {
            verdict::Verdict::Pass => Self::Pass,
            verdict::Verdict::Skip => Self::Skip,
            verdict::Verdict::Xfail => Self::Xfail,
            verdict::Verdict::Flaky => Self::Flaky,
            verdict::Verdict::Xpass => Self::Xpass,
            verdict::Verdict::Fail => Self::Fail,
            verdict::Verdict::Error => Self::Error,
        }
    }
}

/// The state of what was looked at.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// It did what its dialect promises.
    Healthy,
    /// It misbehaved.
    Faulty,
    /// It could not be reached at all.
    Unreachable,
}

impl From<verdict::State> for State {
    fn from(state: verdict::State) -> Self {
        match state {
            verdict::State::Healthy => Self::Healthy,
            verdict::State::Faulty => Self::Faulty,
            verdict::State::Unreachable => Self::Unreachable,
        }
    }
}

/// Whose fault it is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Blame {
    /// The provider.
    Provider,
    /// The router between caller and provider.
    Router,
    /// The gateway.
    Gateway,
    /// The device pairing.
    Pairing,
    /// The user's configuration.
    Config,
    /// The account: key, credit, quota.
    Account,
    /// The client.
    Client,
    /// The network between.
    Network,
    /// This tool.
    Harness,
}

impl From<verdict::Blame> for Blame {
    fn from(blame: verdict::Blame) -> Self {
        match blame {
            verdict::Blame::Provider => Self::Provider,
            verdict::Blame::Router => Self::Router,
            verdict::Blame::Gateway => Self::Gateway,
            verdict::Blame::Pairing => Self::Pairing,
            verdict::Blame::Config => Self::Config,
            verdict::Blame::Account => Self::Account,
            verdict::Blame::Client => Self::Client,
            verdict::Blame::Network => Self::Network,
            verdict::Blame::Harness => Self::Harness,
        }
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Confidence {
    /// One of several explanations.
    Low,
    /// The likeliest explanation.
    Medium,
    /// Nothing else explains it well.
    High,
    /// The wire shows it.
    Certain,
}

impl From<verdict::Confidence> for Confidence {
    fn from(confidence: verdict::Confidence) -> Self {
        match confidence {
            verdict::Confidence::Low => Self::Low,
            verdict::Confidence::Medium => Self::Medium,
            verdict::Confidence::High => Self::High,
            verdict::Confidence::Certain => Self::Certain,
        }
    }
}

/// What is judged.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Subject {
    /// A provider.
    Provider,
    /// A router.
    Router,
    /// A gateway.
    Gateway,
    /// A client.
    Client,
}

impl From<verdict::Subject> for Subject {
    fn from(subject: verdict::Subject) -> Self {
        match subject {
            verdict::Subject::Provider => Self::Provider,
            verdict::Subject::Router => Self::Router,
            verdict::Subject::Gateway => Self::Gateway,
            verdict::Subject::Client => Self::Client,
        }
    }
}

/// Where a case ran.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum World {
    /// Pure machines, virtual time.
    Sim,
    /// Real sockets, real time.
    Wire,
}

impl From<verdict::World> for World {
    fn from(world: verdict::World) -> Self {
        match world {
            verdict::World::Sim => Self::Sim,
            verdict::World::Wire => Self::Wire,
        }
    }
}
