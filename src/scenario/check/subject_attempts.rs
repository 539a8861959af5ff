//! A foreign subject does not storm its providers.

use std::collections::BTreeMap;

use super::{Check, CheckScene, Failed};
use crate::verdict::State;

/// The most requests that one call of a caller may cost in all. Ours: the usual two retries of a
/// router times the usual two of an SDK inside it, at two candidates, is under it.
const TOTAL_MAX: usize = 20;
/// The most requests that one candidate may see for one call.
const PER_CANDIDATE_MAX: usize = 10;
/// The most requests that a candidate may see when it rejected the first: one repetition.
const REJECTED_MAX: usize = 2;
/// What repeating does not mend: the request is wrong, not the moment.
const REJECTIONS: [u16; 7] = [400, 401, 402, 403, 404, 413, 422];

pub(super) struct SubjectAttempts;

impl Check for SubjectAttempts {
    fn id(&self) -> &'static str {
        "subject.attempts-bounded"
    }

    fn claim(&self) -> &'static str {
        "For one call a foreign subject sends at most 20 requests, 10 to one candidate, 2 to one that rejects them, and 1 to a healthy one."
    }

    fn example(&self) -> &'static str {
        "server-error"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        if scene.outcome.is_some() {
            return None;
        }
        let total = scene.recording.wall().count();
        scene.recording.wall().next()?;
        let mut seen: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
        for exchange in scene.recording.wall() {
            let (all, rejected) = seen.entry((&exchange.provider, &exchange.model)).or_default();
            *all += 1;
            *rejected += usize::from(exchange.head().is_some_and(|head| REJECTIONS.contains(&head.status)));
        }
        if scene.observed.state == State::Healthy && total > 1 && scene.told_success() {
            return Some(Err(Failed::new(format!(
                "the provider answered the first request in good health, and was sent {total}"
            ))));
        }
        if total > TOTAL_MAX {
            return Some(Err(Failed::new(format!("{total} requests for one call, {TOTAL_MAX} allowed"))));
        }
        for ((provider, model), (all, rejected)) in seen {
            if all > PER_CANDIDATE_MAX {
                let message = format!("{provider}/{model} saw {all} requests, {PER_CANDIDATE_MAX} allowed");
                return Some(Err(Failed::new(message)));
            }
            if rejected > REJECTED_MAX {
                let message = format!(
                    "{provider}/{model} rejected the request {rejected} times: repeating it does not mend it"
                );
                return Some(Err(Failed::new(message)));
            }
        }
        Some(Ok(format!("{total} requests for one call")))
    }
}
