//! The one line that tells why a case has its verdict.

use std::borrow::Cow;

use crate::verdict::{Case, CheckResult, Evidence, Observed, Verdict};

/// Why a case has its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Telling<'a> {
    /// The check that says so, where one does.
    pub(super) check: Option<&'a str>,
    /// One sentence.
    pub(super) message: Cow<'a, str>,
    /// What shows it.
    pub(super) evidence: Option<&'a Evidence>,
}

/// The check with the case's own verdict; else the broken expectation; else the
/// first finding.
pub(super) fn telling(case: &Case) -> Telling<'_> {
    if let Some(check) = telling_check(case) {
        let message = Cow::Borrowed(check.message.as_str());
        return Telling { check: Some(&check.id), message, evidence: check.evidence.first() };
    }
    match (case.verdict, case.findings.first()) {
        (Verdict::Error | Verdict::Skip, Some(finding)) => Telling {
            check: None,
            message: Cow::Borrowed(&finding.message),
            evidence: finding.evidence.first(),
        },
        (Verdict::Skip, None) => {
            Telling { check: None, message: "no reason is given".into(), evidence: None }
        }
        _ if case.expected == observed(&case.observed) => {
            Telling { check: None, message: "no check tells why".into(), evidence: None }
        }
        _ => Telling { check: None, message: expectation(case).into(), evidence: None },
    }
}

/// The check that telling a case's verdict falls to.
fn telling_check(case: &Case) -> Option<&CheckResult> {
    let same = case.checks.iter().find(|check| check.verdict == case.verdict);
    same.filter(|_| case.verdict != Verdict::Pass)
}

/// What was declared beside what was observed.
pub(super) fn expectation(case: &Case) -> String {
    format!("expected {}, observed {}", case.expected, observed(&case.observed))
}

/// An observation in words, as scenarios spell it: `faulty: stream.empty-body`.
pub(super) fn observed(observed: &Observed) -> String {
    match &observed.cause {
        Some(cause) => format!("{}: {cause}", observed.state.name()),
        None => observed.state.name().to_owned(),
    }
}

/// Where a piece of evidence stands: `attempt 2, byte 812`; empty where unknown.
pub(super) fn place(evidence: &Evidence) -> String {
    let leg = match evidence.attempt {
        Some(0) => Some("caller's leg".to_owned()),
        other => other.map(|attempt| format!("attempt {attempt}")),
    };
    let byte = evidence.offset.map(|offset| format!("byte {offset}"));
    [leg, byte].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The name of a cell: `provider/model`, or the provider where it has no model.
pub(super) fn cell(provider: &str, model: &str) -> String {
    if model.is_empty() { provider.to_owned() } else { format!("{provider}/{model}") }
}
