//! The shape of `provoke.report/1`, apart from the types that judge.
//!
//! Every key is always there; what is unknown is `null`.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::reference::Reference;
use super::words::{Blame, Confidence, State, Subject, Verdict, World};
use crate::verdict;

/// Everything that one command judged. Readers must ignore keys that they do not know.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    /// The name and version of this shape.
    schema: Shape,
    /// The verdict of the whole.
    verdict: Verdict,
    /// Cases by verdict.
    totals: Totals,
    /// The seed that every dice roll of the run follows from; up to 64 bits.
    seed: u64,
    /// What stood in the middle: `built-in router`, or a URL.
    subject: String,
    /// One row per provider and model, in the order of their names.
    matrix: Vec<Row>,
    /// One cell of a scenario's matrix in one world each.
    cases: Vec<Case>,
    /// How long it took by the clock.
    timing: Timing,
}

/// The name and version of the shape.
#[derive(Debug, Serialize, JsonSchema)]
enum Shape {
    /// This one.
    #[serde(rename = "provoke.report/1")]
    Report1,
}

/// Cases by verdict.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Totals {
    /// What was declared happened.
    pass: u32,
    /// What was declared did not happen.
    fail: u32,
    /// We could not do our work.
    error: u32,
    /// Not run here.
    skip: u32,
    /// Failed, then passed when repeated.
    flaky: u32,
    /// Known failures that failed.
    xfail: u32,
    /// Known failures that passed.
    xpass: u32,
}

/// One provider and model over all scenarios.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The provider.
    provider: String,
    /// The model; empty where the provider has none.
    model: String,
    /// The verdict over its cases.
    verdict: Verdict,
    /// Cases that passed.
    pass: u32,
    /// Cases that failed.
    fail: u32,
    /// Cases that could not be run.
    error: u32,
    /// Cases that were skipped.
    skip: u32,
    /// Cases that passed only when repeated.
    flaky: u32,
    /// Known failures that failed.
    xfail: u32,
    /// Known failures that passed.
    xpass: u32,
    /// The worst that was observed; null where no case ran.
    observed: Option<Observed>,
    /// Every distinct observation, the worst first.
    observations: Vec<Observed>,
}

/// What the subject did.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Observed {
    /// Its state.
    state: State,
    /// The cause, an id such as `stream.empty-body`.
    cause: Option<String>,
    /// Whose fault it is.
    blame: Option<Blame>,
}

/// One cell of a scenario's matrix, run in one world.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Unique in the run: `scenario[provider/model]@world`.
    id: String,
    /// The scenario's id.
    scenario: String,
    /// The scenario's file and line.
    source: Option<Source>,
    /// What is judged.
    subject: Subject,
    /// The provider.
    provider: String,
    /// The model; empty where the provider has none.
    model: String,
    /// Where it ran.
    world: World,
    /// What the scenario declared, in words.
    expected: String,
    /// What the subject did.
    observed: Observed,
    /// Whether what was declared happened.
    verdict: Verdict,
    /// Every check.
    checks: Vec<Check>,
    /// Every finding, the most important first.
    findings: Vec<Finding>,
    /// What another subject was measured to do here; null where the scenario tells of none.
    reference: Option<Reference>,
    /// The cassette, where one was written.
    recording: Option<String>,
    /// How long it took by the clock.
    timing: Timing,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Source {
    /// The file, as the user can open it.
    file: String,
    /// The line, from 1.
    line: u32,
}

/// One demand and its result.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Check {
    /// The check's id, such as `stream.ends-with-terminal`.
    id: String,
    /// The result.
    verdict: Verdict,
    /// One sentence.
    message: String,
    /// What shows it.
    evidence: Vec<Evidence>,
}

/// A piece of evidence.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Evidence {
    /// What was seen, redacted.
    text: String,
    /// The attempt whose exchange shows it; 0 for the caller's leg.
    attempt: Option<u32>,
    /// Offset in the body, in bytes.
    offset: Option<u64>,
}

/// What is wrong, whose fault it is and what to do.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Finding {
    /// The cause, an id of the taxonomy.
    cause: String,
    /// Whose fault.
    blame: Blame,
    /// How sure.
    confidence: Confidence,
    /// One sentence that says what happened.
    message: String,
    /// What shows it.
    evidence: Vec<Evidence>,
    /// What to do, step by step.
    fix: Vec<String>,
}

/// Times by the clock; the only part that differs between two equal runs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Timing {
    /// From start to end, in milliseconds.
    wall_ms: f64,
}

impl Report {
    /// The document for a run.
    pub(super) fn of(run: &verdict::Run) -> Self {
        Self {
            schema: Shape::Report1,
            verdict: run.verdict().into(),
            totals: Totals::of(&run.totals()),
            seed: run.seed,
            subject: run.subject.clone(),
            matrix: run.matrix().iter().map(Row::of).collect(),
            cases: run.cases.iter().map(Case::of).collect(),
            timing: Timing::of(run.wall),
        }
    }
}

impl Totals {
    fn of(totals: &BTreeMap<verdict::Verdict, u32>) -> Self {
        let count = |verdict| totals.get(&verdict).copied().unwrap_or_default();
        Self {
            pass: count(verdict::Verdict::Pass),
            fail: count(verdict::Verdict::Fail),
            error: count(verdict::Verdict::Error),
            skip: count(verdict::Verdict::Skip),
            flaky: count(verdict::Verdict::Flaky),
            xfail: count(verdict::Verdict::Xfail),
            xpass: count(verdict::Verdict::Xpass),
        }
    }
}

impl Row {
    fn of(row: &verdict::MatrixRow) -> Self {
        let Totals { pass, fail, error, skip, flaky, xfail, xpass } = Totals::of(&row.totals);
        let observations: Vec<Observed> = row.observed.iter().map(Observed::of).collect();
        Self {
            provider: row.provider.clone(),
            model: row.model.clone(),
            verdict: row.verdict.into(),
            pass,
            fail,
            error,
            skip,
            flaky,
            xfail,
            xpass,
            observed: observations.first().cloned(),
            observations,
        }
    }
}

impl Observed {
    fn of(observed: &verdict::Observed) -> Self {
        Self {
            state: observed.state.into(),
            cause: observed.cause.clone(),
            blame: observed.blame.map(Blame::from),
        }
    }
}

impl Case {
    fn of(case: &verdict::Case) -> Self {
        Self {
            id: case.id.clone(),
            scenario: case.scenario.clone(),
            source: case.source.as_ref().map(|(file, line)| Source { file: file.clone(), line: *line }),
            subject: case.subject.into(),
            provider: case.provider.clone(),
            model: case.model.clone(),
            world: case.world.into(),
            expected: case.expected.clone(),
            observed: Observed::of(&case.observed),
            verdict: case.verdict.into(),
            checks: case.checks.iter().map(Check::of).collect(),
            findings: case.findings.iter().map(Finding::of).collect(),
            reference: case.reference.as_ref().map(Reference::of),
            recording: case.recording.clone(),
            timing: Timing::of(case.wall),
        }
    }
}

impl Check {
    fn of(check: &verdict::CheckResult) -> Self {
        Self {
            id: check.id.clone(),
            verdict: check.verdict.into(),
            message: check.message.clone(),
            evidence: check.evidence.iter().map(Evidence::of).collect(),
        }
    }
}

impl Evidence {
    fn of(evidence: &verdict::Evidence) -> Self {
        Self { text: evidence.text.clone(), attempt: evidence.attempt, offset: evidence.offset }
    }
}

impl Finding {
    fn of(finding: &verdict::Finding) -> Self {
        Self {
            cause: finding.cause.clone(),
            blame: finding.blame.into(),
            confidence: finding.confidence.into(),
            message: finding.message.clone(),
            evidence: finding.evidence.iter().map(Evidence::of).collect(),
            fix: finding.fix.clone(),
        }
    }
}

impl Timing {
    pub(super) fn of(wall: Duration) -> Self {
        Self { wall_ms: wall.as_micros() as f64 / 1_000.0 }
    }
}
