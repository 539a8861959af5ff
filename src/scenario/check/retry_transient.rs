//! A request that was refused is not sent again as it was.

use super::{Check, CheckScene, Failed, same_target};
use crate::recording::HttpExchange;

pub(super) struct RetryTransient;

impl Check for RetryTransient {
    fn id(&self) -> &'static str {
        "retry.only-transient"
    }

    fn claim(&self) -> &'static str {
        "A candidate that refused a request as wrong is not asked the same again."
    }

    fn example(&self) -> &'static str {
        "retries-refusals"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        const REFUSALS: [u16; 9] = [400, 401, 402, 403, 404, 405, 413, 415, 422];
        let requests = scene.requests();
        let mut looked = false;
        for (place, refused) in requests.iter().enumerate() {
            let Some(status) = refused.head().map(|head| head.status) else { continue };
            if !REFUSALS.contains(&status) {
                continue;
            }
            looked = true;
            let same = |later: &&&HttpExchange| {
                same_target(refused, later) && later.request.body == refused.request.body
            };
            if let Some(again) = requests[place + 1..].iter().find(same) {
                let message = format!("HTTP {status}, and the same request was sent again");
                return Some(Err(
                    Failed::new(message).shown(again.attempt, format!("attempt {}", again.attempt))
                ));
            }
        }
        looked.then(|| Ok("no refused request was sent again".to_owned()))
    }
}
