//! Verdicts: `Run > Case > CheckResult`, what was observed, and findings.
//!
//! Two questions, never mixed: what did the subject do ([`Observed`]), and did
//! what the scenario declares happen ([`Verdict`])?

pub mod matrix;
pub mod race;
mod reference;
mod run;

use std::time::Duration;

pub use reference::{Ours, Reference};
pub use run::{MatrixRow, Run};

/// The result of a check, a case or a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
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

impl Verdict {
    /// All verdicts, mildest first.
    pub const ALL: [Self; 7] =
        [Self::Pass, Self::Skip, Self::Xfail, Self::Flaky, Self::Xpass, Self::Fail, Self::Error];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Skip => "skip",
            Self::Xfail => "xfail",
            Self::Flaky => "flaky",
            Self::Xpass => "xpass",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// The worst of several; pass when there are none.
    pub fn worst(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().max().unwrap_or(Self::Pass)
    }

    /// The verdict of a whole: the worst of its parts, except that a skip or a
    /// known failure spoils no pass. Skip when there are no parts.
    pub fn overall(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let (mut worst, mut passed) = (None, false);
        for verdict in verdicts {
            worst = worst.max(Some(verdict));
            passed |= verdict == Self::Pass;
        }
        match worst {
            None => Self::Skip,
            Some(Self::Skip | Self::Xfail) if passed => Self::Pass,
            Some(worst) => worst,
        }
    }
}

/// The state of what was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It did what its dialect promises.
    Healthy,
    /// It misbehaved.
    Faulty,
    /// It could not be reached at all.
    Unreachable,
}

impl State {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Faulty => "faulty",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blame {
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

impl Blame {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Router => "router",
            Self::Gateway => "gateway",
            Self::Pairing => "pairing",
            Self::Config => "config",
            Self::Account => "account",
            Self::Client => "client",
            Self::Network => "network",
            Self::Harness => "harness",
        }
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// One of several explanations.
    Low,
    /// The likeliest explanation.
    Medium,
    /// Nothing else explains it well.
    High,
    /// The wire shows it.
    Certain,
}

impl Confidence {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Certain => "certain",
        }
    }
}

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A provider.
    Provider,
    /// A router.
    Router,
    /// A gateway.
    Gateway,
    /// A client.
    Client,
}

impl Subject {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Router => "router",
            Self::Gateway => "gateway",
            Self::Client => "client",
        }
    }
}

/// Where a case ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum World {
    /// Pure machines, virtual time.
    Sim,
    /// Real sockets, real time.
    Wire,
}

impl World {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sim => "sim",
            Self::Wire => "wire",
        }
    }
}

/// What the subject did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Its state.
    pub state: State,
    /// The cause, an id of the taxonomy such as `stream.empty-body`.
    pub cause: Option<String>,
    /// Whose fault it is.
    pub blame: Option<Blame>,
}

impl Observed {
    /// Nothing wrong.
    pub const HEALTHY: Self = Self { state: State::Healthy, cause: None, blame: None };
}

/// One demand and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// The check's id, such as `stream.ends-with-terminal`.
    pub id: String,
    /// The result.
    pub verdict: Verdict,
    /// One sentence.
    pub message: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

/// A piece of evidence: a line, and where in the recording it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What was seen, redacted, on one line.
    pub text: String,
    /// The attempt whose exchange shows it; 0 for the caller's leg.
    pub attempt: Option<u32>,
    /// Offset in the body, in bytes.
    pub offset: Option<u64>,
}

impl Evidence {
    /// Evidence from the exchange of an attempt.
    #[must_use]
    pub fn of(attempt: u32, text: impl Into<String>) -> Self {
        Self { text: text.into(), attempt: Some(attempt), offset: None }
    }
}

/// What is wrong, whose fault it is and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The cause, an id of the taxonomy.
    pub cause: String,
    /// Whose fault.
    pub blame: Blame,
    /// How sure.
    pub confidence: Confidence,
    /// One sentence that says what happened.
    pub message: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// What to do, step by step.
    pub fix: Vec<String>,
}

/// One cell of a scenario's matrix, run in one world.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Unique in the run: `scenario[provider/model]@world`.
    pub id: String,
    /// The scenario's id.
    pub scenario: String,
    /// The scenario's file and line, as the user can open it.
    pub source: Option<(String, u32)>,
    /// What is judged.
    pub subject: Subject,
    /// The provider.
    pub provider: String,
    /// The model; empty where the provider has none.
    pub model: String,
    /// Where it ran.
    pub world: World,
    /// What the subject did.
    pub observed: Observed,
    /// What the scenario declared, in words, such as `faulty: stream.empty-body`.
    pub expected: String,
    /// Whether what was declared happened.
    pub verdict: Verdict,
    /// Every check.
    pub checks: Vec<CheckResult>,
    /// Every finding, the most important first.
    pub findings: Vec<Finding>,
    /// What another subject was measured to do here, where the scenario tells.
    pub reference: Option<Reference>,
    /// The cassette, where one was written.
    pub recording: Option<String>,
    /// How long it took by the clock.
    pub wall: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_spoils_no_pass_and_nothing_is_no_pass() {
        use Verdict::{Fail, Pass, Skip, Xfail, Xpass};
        for (parts, whole) in [
            (vec![], Skip),
            (vec![Skip, Skip], Skip),
            (vec![Pass, Skip, Xfail], Pass),
            (vec![Skip, Xfail], Xfail),
            (vec![Pass, Xpass], Xpass),
            (vec![Pass, Fail, Skip], Fail),
        ] {
            assert_eq!(Verdict::overall(parts.clone()), whole, "{parts:?}");
        }
    }
}
