//! The wall saw no request that the subject does not tell.

use super::{Check, CheckScene, Failed, same_target};

pub(super) struct WallAgrees;

impl Check for WallAgrees {
    fn id(&self) -> &'static str {
        "wall.agrees"
    }

    fn claim(&self) -> &'static str {
        "Every request that reached the wall is one that the subject tells of, in the same order."
    }

    fn example(&self) -> &'static str {
        "server-error"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        scene.outcome?;
        let mut told = scene.recording.upstream();
        let mut seen = 0_u32;
        for exchange in scene.recording.wall() {
            seen += 1;
            if !told.any(|one| same_target(one, exchange)) {
                let message = format!(
                    "{}/{} saw a request that the subject does not tell",
                    exchange.provider, exchange.model
                );
                return Some(Err(Failed::new(message).shown(exchange.attempt, format!("request {seen}"))));
            }
        }
        (seen > 0).then(|| Ok(format!("{seen} requests, all told")))
    }
}
