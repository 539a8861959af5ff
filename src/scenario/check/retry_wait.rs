//! A retry waits as long as the provider asks.

use std::time::Duration;

use super::{Check, CheckScene, Failed};

pub(super) struct RetryWait;

impl Check for RetryWait {
    fn id(&self) -> &'static str {
        "retry.waits-as-asked"
    }

    fn claim(&self) -> &'static str {
        "The same candidate is not asked again before its retry-after has passed."
    }

    fn example(&self) -> &'static str {
        "rate-limit-retry-after"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        // A clock tick of nominal time, for the rounding of scaled clocks.
        const TICK: Duration = Duration::from_millis(1);
        let mut looked = false;
        let exchanges = scene.requests();
        for (refused, asked) in askings(scene) {
            let Some(place) = exchanges.iter().position(|exchange| exchange.attempt == refused) else {
                continue;
            };
            let refused = exchanges[place];
            let again = exchanges[place + 1..]
                .iter()
                .find(|later| later.provider == refused.provider && later.model == refused.model);
            let (Some(again), Some(end)) = (again, refused.events.last()) else { continue };
            looked = true;
            let waited = again.started.since(end.at);
            if waited + TICK < asked {
                let message = format!("asked to wait {asked:?}, asked again sooner");
                return Some(Err(
                    Failed::new(message).shown(again.attempt, format!("attempt {}", again.attempt))
                ));
            }
        }
        looked.then(|| Ok("no retry came early".to_owned()))
    }
}

/// Which attempts were told to wait, and for how long: as the subject tells, else by the header.
fn askings(scene: &CheckScene<'_>) -> Vec<(u32, Duration)> {
    if scene.outcome.is_some() {
        let failures = scene.failures().iter();
        return failures.filter_map(|(attempt, _, failure)| Some((*attempt, failure.retry_after?))).collect();
    }
    let told = scene.requests().into_iter().filter_map(|exchange| {
        let head = exchange.head().filter(|head| matches!(head.status, 429 | 503 | 529))?;
        let seconds = head.header("retry-after")?.trim().parse().ok()?;
        Some((exchange.attempt, Duration::from_secs(seconds)))
    });
    told.collect()
}
