//! What a whole turn shows: the primary's state, and a fallback that hides it.

use super::causes;
use crate::verdict::{Blame, Confidence, Evidence, Finding, Observed, State};

/// What was observed of a target whose exchanges gave these findings, in order.
///
/// The earliest finding decides: later ones are often its consequences.
#[must_use]
pub fn observed_of(findings: &[Finding]) -> Observed {
    match findings.first() {
        None => Observed::HEALTHY,
        Some(first) => Observed {
            state: if first.cause == "net.unreachable" || first.cause == "net.tls-failed" {
                State::Unreachable
            } else {
                State::Faulty
            },
            cause: Some(first.cause.clone()),
            blame: Some(first.blame),
        },
    }
}

/// A fallback answered in place of the primary: said aloud.
#[must_use]
pub fn masked_primary(primary: &str, answered: &str, attempt: u32, cause: Option<&Finding>) -> Finding {
    let known = causes::known("fallback.masks-primary");
    let why = cause.map_or_else(String::new, |finding| format!(" ({})", finding.cause));
    Finding {
        cause: known.id.to_owned(),
        blame: cause.map_or(known.blame, |finding| finding.blame),
        confidence: Confidence::Certain,
        message: format!("{primary} failed{why}, and {answered} answered in its place"),
        evidence: vec![Evidence::of(attempt, format!("{answered} answered in its place"))],
        fix: known.fix.iter().map(|step| (*step).to_owned()).collect(),
    }
}

/// A provider without a model: no request can be sent.
#[must_use]
pub fn no_model(provider: &str, key_source: Option<&str>) -> Finding {
    let known = causes::known("model.not-in-config");
    let source = key_source.map_or_else(String::new, |source| format!("; its key comes from {source}"));
    Finding {
        cause: known.id.to_owned(),
        blame: Blame::Config,
        confidence: Confidence::Certain,
        message: format!("`{provider}` has no chat model in the configuration, so no request was sent"),
        evidence: vec![Evidence {
            text: format!("provider {provider}: 0 models{source}"),
            attempt: None,
            offset: None,
        }],
        fix: known.fix.iter().map(|step| (*step).to_owned()).collect(),
    }
}
