//! Checks: demands over a recording. One file each, one line here.

mod answer_from;
mod answer_whole;
mod attempts;
mod cause_true;
mod failure_told;
mod fallback_named;
mod observed;
mod retry_wait;
mod secret_kept;
mod timeout_honest;
mod turn_bounded;

use crate::dialect::View;
use crate::recording::Recording;
use crate::routing::Outcome;
use crate::scenario::plan::{Cell, Plan};
use crate::verdict::{CheckResult, Evidence, Finding, Observed, Verdict};

/// What a check looks at.
#[derive(Debug, Clone, Copy)]
pub struct CheckScene<'a> {
    /// The scenario.
    pub plan: &'a Plan,
    /// The cell.
    pub cell: &'a Cell,
    /// What crossed the wire.
    pub recording: &'a Recording,
    /// How the router says that the turn ended.
    pub outcome: &'a Outcome,
    /// What the caller got, decoded.
    pub caller: Option<&'a View>,
    /// What was observed of the primary.
    pub observed: &'a Observed,
    /// Every finding.
    pub findings: &'a [Finding],
    /// The secrets that must not be in the recording.
    pub secrets: &'a [String],
}

/// A demand.
pub trait Check: Sync {
    /// The stable id.
    fn id(&self) -> &'static str;

    /// What it demands, in one sentence.
    fn claim(&self) -> &'static str;

    /// A fault that it catches, by name: an example for `provoke explain`.
    fn example(&self) -> &'static str;

    /// Whether the demand is met; `None` where it does not apply.
    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>>;
}

/// Why a demand is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// One sentence.
    pub message: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

impl Failed {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), evidence: Vec::new() }
    }

    pub(crate) fn shown(mut self, attempt: u32, text: impl Into<String>) -> Self {
        self.evidence.push(Evidence::of(attempt, text));
        self
    }
}

/// Every check.
pub const ALL: &[&dyn Check] = &[
    &observed::ObservedAsDeclared,
    &answer_from::AnswerFrom,
    &answer_whole::AnswerWhole,
    &failure_told::FailureTold,
    &cause_true::CauseTrue,
    &timeout_honest::TimeoutHonest,
    &attempts::Attempts,
    &retry_wait::RetryWait,
    &turn_bounded::TurnBounded,
    &fallback_named::FallbackNamed,
    &secret_kept::SecretKept,
];

/// The results of every check that applies.
#[must_use]
pub(super) fn examine_all(scene: &CheckScene<'_>) -> Vec<CheckResult> {
    let results = ALL.iter().filter_map(|check| {
        let (verdict, message, evidence) = match check.examine(scene)? {
            Ok(message) => (Verdict::Pass, message, Vec::new()),
            Err(failed) => (Verdict::Fail, failed.message, failed.evidence),
        };
        Some(CheckResult { id: check.id().to_owned(), verdict, message, evidence })
    });
    results.collect()
}
