//! A throttling exception of Bedrock, which never says when to come back.

use serde_json::json;

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct BedrockThrottle;

const CARD: Card = Card {
    code: "L11",
    name: "bedrock-throttle",
    shows: &["quota.rate-limited"],
    about: "every request gets the throttling exception of Bedrock, which never says when to come back",
    source: "seen: https://github.com/crewAIInc/crewAI/pull/7417",
    ought: "it is a rate limit: growing waits, or fail over",
    example: "bedrock-throttle",
    ..Card::PLAIN
};

impl Fault for BedrockThrottle {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::of(cx, &CARD)?;
        let body = json!({
            "__type": "ThrottlingException",
            "message": "Too many tokens, please wait before trying again.",
        });
        let mut timeline = Timeline::whole(429, "application/json", body.to_string());
        edit::set_header(&mut timeline, "x-amzn-errortype", "ThrottlingException");
        Ok(timeline)
    }
}
