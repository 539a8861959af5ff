//! From a recording to a verdict.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use super::check::{CheckScene, decoded, examine_all};
use super::foreign;
use super::plan::{Cell, Plan};
use super::reference::beside;
use crate::diagnosis::{self, Scene};
use crate::dialect::{self, view};
use crate::recording::{HttpExchange, Recording};
use crate::routing::Outcome;
use crate::verdict::{Case, Finding, Observed, State, Verdict, World};

/// What a world brings to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// What crossed the wire.
    pub recording: &'a Recording,
    /// How the subject says that the turn ended, where it tells.
    pub outcome: Option<&'a Outcome>,
    /// Where it ran.
    pub world: World,
    /// The secrets that must not be in the recording.
    pub secrets: &'a [String],
    /// How long it took by the clock.
    pub wall: Duration,
}

/// Judges one cell: what was observed, every check, and the verdict.
#[must_use]
pub fn judge(plan: &Plan, cell: &Cell, judged: &Judged<'_>) -> Case {
    let caller = judged.recording.caller().and_then(decoded);
    let unseen = CheckScene {
        plan,
        cell,
        recording: judged.recording,
        outcome: judged.outcome,
        caller: caller.as_ref(),
        answer: None,
        observed: &Observed::HEALTHY,
        findings: &[],
        secrets: judged.secrets,
    };
    let (observed, findings) = observe(&unseen);
    let answer = unseen.answering();
    let seen = CheckScene { answer: answer.as_ref(), observed: &observed, findings: &findings, ..unseen };
    let (checks, reference) = (examine_all(&seen), beside(&seen));
    Case {
        id: plan.case_id(cell, judged.world),
        scenario: plan.id.clone(),
        source: Some((plan.file.clone(), cell.line)),
        subject: plan.subject,
        provider: cell.provider.clone(),
        model: cell.model.clone(),
        world: judged.world,
        observed,
        expected: cell.expected.words(),
        verdict: Verdict::worst(checks.iter().map(|check| check.verdict)),
        checks,
        findings,
        reference,
        recording: None,
        wall: judged.wall,
    }
}

fn observe(scene: &CheckScene<'_>) -> (Observed, Vec<Finding>) {
    let cell = scene.cell;
    if cell.candidates.is_empty() {
        let findings = vec![diagnosis::no_model(&cell.provider, cell.key_source.as_deref())];
        return (diagnosis::observed_of(&findings), findings);
    }
    let mut findings: Vec<Finding> = Vec::new();
    let mut others = Vec::new();
    let requests = scene.requests();
    let closing = scene.recording.caller().and_then(|caller| caller.events.last()).map(|event| event.at);
    for exchange in &requests {
        let silent = scene.outcome.is_none() && scene.plan.caller.leaves.is_none();
        let seen = match closing.filter(|_| silent) {
            Some(closing) => foreign::as_seen(exchange, closing),
            None => Cow::Borrowed(*exchange),
        };
        let found = examine(&seen);
        let of_primary = exchange.provider == cell.provider && exchange.model == cell.model;
        let list = if of_primary { &mut findings } else { &mut others };
        for mut finding in found {
            if !of_primary {
                // The case is the primary's: whoever else failed is named.
                finding.message = format!("{}/{}: {}", exchange.provider, exchange.model, finding.message);
            }
            // A retry that fails the same way says nothing new, but it is evidence too.
            match list.iter_mut().find(|known| known.cause == finding.cause) {
                Some(known) => known.evidence.extend(finding.evidence.into_iter().take(1)),
                None => list.push(finding),
            }
        }
    }
    let observed = if requests.is_empty() && scene.outcome.is_none() {
        Observed { state: State::Unreachable, cause: None, blame: None }
    } else {
        diagnosis::observed_of(&findings)
    };
    if let Some(place) = scene.answered().filter(|place| *place > 0) {
        let attempt = requests.last().map_or(0, |exchange| exchange.attempt);
        let label = cell.candidates.get(place).map(crate::routing::Candidate::label).unwrap_or_default();
        let masked = diagnosis::masked_primary(&cell.label(), &label, attempt, findings.first());
        findings.push(masked);
    }
    findings.extend(others);
    (observed, findings)
}

fn examine(exchange: &HttpExchange) -> Vec<Finding> {
    let Some(dialect) = dialect::by_id(&exchange.dialect) else { return Vec::new() };
    let view = view(dialect, exchange);
    diagnosis::examine(&Scene { exchange, view: &view, dialect })
}

/// Names the sibling that works: another model of the same provider, in the same scenario and world.
pub fn suggest_siblings(cases: &mut [Case]) {
    let mut healthy: BTreeMap<(String, String, World), String> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.observed.state == State::Healthy) {
        let key = (case.scenario.clone(), case.provider.clone(), case.world);
        healthy.entry(key).or_insert_with(|| case.model.clone());
    }
    for case in cases.iter_mut().filter(|case| case.observed.state != State::Healthy) {
        let key = (case.scenario.clone(), case.provider.clone(), case.world);
        let (Some(model), Some(finding)) = (healthy.get(&key), case.findings.first_mut()) else { continue };
        let step = format!(
            "`{}/{model}` answers at the same address: rename every reference \
             (agents.defaults.models, model.fallbacks, subagents.model) and restart",
            case.provider
        );
        finding.fix.insert(0, step);
    }
}
