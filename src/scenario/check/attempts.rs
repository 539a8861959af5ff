//! Attempts stay within the budget, and are as many as declared.

use super::{Check, CheckScene, Failed, asks};
use crate::routing::Candidate;

pub(super) struct Attempts;

impl Check for Attempts {
    fn id(&self) -> &'static str {
        "attempts.within-budget"
    }

    fn claim(&self) -> &'static str {
        "No candidate sees more requests than its budget, and the primary as many as the scenario declares."
    }

    fn example(&self) -> &'static str {
        "server-error"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        scene.outcome?;
        let primary = scene.cell.candidates.first()?;
        let requests = scene.requests();
        let total = requests.len();
        let of = |candidate: &Candidate| {
            let seen = requests.iter().filter(|exchange| asks(exchange, candidate)).count();
            u32::try_from(seen).unwrap_or(u32::MAX)
        };
        let policy = &scene.plan.policy;
        if total > policy.attempts_max as usize {
            return Some(Err(Failed::new(format!("{total} requests, {} allowed", policy.attempts_max))));
        }
        for candidate in &scene.cell.candidates {
            let seen = of(candidate);
            if seen > policy.attempts_per_candidate {
                let message = format!(
                    "{} saw {seen} requests, {} allowed",
                    candidate.label(),
                    policy.attempts_per_candidate
                );
                return Some(Err(Failed::new(message)));
            }
        }
        let seen = of(primary);
        match scene.cell.attempts {
            Some(wanted) if wanted != seen => Some(Err(Failed::new(format!(
                "the primary should have seen {wanted} requests, it saw {seen}"
            )))),
            _ => Some(Ok(format!("{seen} at the primary, {total} in all"))),
        }
    }
}
