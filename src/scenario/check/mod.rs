//! Checks: demands over a recording. One file each, one line here.

mod abort_not_blamed;
mod abort_passed;
mod answer_from;
mod answer_whole;
mod attempts;
mod caller_protocol;
mod cause_true;
mod error_clean;
mod failure_told;
mod fallback_before_commit;
mod fallback_named;
mod fallback_used;
mod finish_kept;
mod not_held_back;
mod observed;
mod request_whole;
mod retry_backs_off;
mod retry_transient;
mod retry_wait;
mod secret_kept;
mod secret_not_passed;
mod stall_cut;
mod subject_alive;
mod subject_answers;
mod subject_attempts;
mod subject_fails_cleanly;
mod subject_reached;
mod timeout_honest;
mod tool_calls_whole;
mod turn_bounded;
mod usage_kept;
mod wall_agrees;

use std::ops::Deref;

use crate::dialect::{self, View, view};
use crate::mock::UpstreamTarget;
use crate::recording::{HttpExchange, Recording};
use crate::routing::{Candidate, Failure, Outcome};
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
    /// How the subject says that the turn ended, where it tells (our router does).
    pub outcome: Option<&'a Outcome>,
    /// What the caller got, decoded.
    pub caller: Option<&'a View>,
    /// What was observed of the primary.
    pub observed: &'a Observed,
    /// Every finding.
    pub findings: &'a [Finding],
    /// The secrets that must not be in the recording.
    pub secrets: &'a [String],
}

impl<'a> CheckScene<'a> {
    /// The requests that the subject made: as it tells them itself, else as the wall saw them.
    #[must_use]
    pub fn requests(&self) -> Vec<&'a HttpExchange> {
        self.recording.requests()
    }

    /// Whether the caller was told a success: a finish reason and no error.
    #[must_use]
    pub fn told_success(&self) -> bool {
        self.caller.is_some_and(|caller| caller.response.finish.is_some() && caller.error.is_none())
    }

    /// The place of the candidate that answered: as the subject tells; else, where the caller was
    /// told a success, the one that the last request went to.
    #[must_use]
    pub fn answered(&self) -> Option<usize> {
        if let Some(outcome) = self.outcome {
            return outcome.answered;
        }
        let last = self.recording.wall().last().filter(|_| self.told_success())?;
        self.cell.candidates.iter().position(|candidate| asks(last, candidate))
    }

    /// What the provider said whose answer the caller was told as a success.
    pub(super) fn answer(&self) -> Option<Answer<'a>> {
        let candidate = self.cell.candidates.get(self.answered().filter(|_| self.told_success())?)?;
        let exchange = self.requests().into_iter().rfind(|exchange| asks(exchange, candidate))?;
        Some(Answer { attempt: exchange.attempt, dialect: &exchange.dialect, view: decoded(exchange)? })
    }

    /// The failed attempts, where the subject tells of them.
    pub(super) fn failures(&self) -> &'a [(u32, usize, Failure)] {
        self.outcome.map_or(&[], |outcome| &outcome.failures)
    }

    /// The target that gave the answer.
    pub(super) fn answering_target(&self) -> Option<&'a UpstreamTarget> {
        self.plan.targets.get(*self.cell.targets.get(self.answered()?)?)
    }
}

/// What the provider said that gave the answer, and in which attempt.
pub(super) struct Answer<'a> {
    pub(super) attempt: u32,
    pub(super) dialect: &'a str,
    view: View,
}

impl Deref for Answer<'_> {
    type Target = View;

    fn deref(&self) -> &View {
        &self.view
    }
}

/// An exchange as its dialect reads it.
pub(super) fn decoded(exchange: &HttpExchange) -> Option<View> {
    dialect::by_id(&exchange.dialect).map(|dialect| view(dialect, exchange))
}

/// Whether two exchanges ask the same model of the same provider.
pub(super) fn same_target(one: &HttpExchange, other: &HttpExchange) -> bool {
    one.provider == other.provider && one.model == other.model
}

/// Whether an exchange is a request to a candidate.
pub(super) fn asks(exchange: &HttpExchange, candidate: &Candidate) -> bool {
    exchange.provider == candidate.provider && exchange.model == candidate.model
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
    &caller_protocol::CallerProtocol,
    &tool_calls_whole::ToolCallsWhole,
    &finish_kept::FinishKept,
    &usage_kept::UsageKept,
    &not_held_back::NotHeldBack,
    &failure_told::FailureTold,
    &error_clean::ErrorClean,
    &cause_true::CauseTrue,
    &timeout_honest::TimeoutHonest,
    &request_whole::RequestWhole,
    &wall_agrees::WallAgrees,
    &attempts::Attempts,
    &retry_transient::RetryTransient,
    &retry_backs_off::RetryBacksOff,
    &retry_wait::RetryWait,
    &fallback_used::FallbackUsed,
    &fallback_named::FallbackNamed,
    &fallback_before_commit::FallbackBeforeCommit,
    &stall_cut::StallCut,
    &turn_bounded::TurnBounded,
    &abort_passed::AbortPassed,
    &abort_not_blamed::AbortNotBlamed,
    &secret_kept::SecretKept,
    &secret_not_passed::SecretNotPassed,
    &subject_reached::SubjectReached,
    &subject_answers::SubjectAnswers,
    &subject_fails_cleanly::SubjectFailsCleanly,
    &subject_attempts::SubjectAttempts,
    &subject_alive::SubjectAlive,
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
