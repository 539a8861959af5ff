//! A 429 that says after how many seconds to come back; the next request is healthy.

use crate::fault::{
    Card, Context, Fault, Param, edit,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct RateLimitRetryAfter;

const CARD: Card = Card {
    code: "L01",
    name: "rate-limit-retry-after",
    times: Some(1),
    shows: &["quota.rate-limited"],
    about: "a 429 that says after how many seconds to come back; the next request is healthy",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench (one gateway came back after 0.6 s)",
    ought: "wait at least so long, or fail over",
    params: &[SECONDS],
    example: "{fault: rate-limit-retry-after, seconds: 5, dose: {times: 2}}",
    ..Card::PLAIN
};

const SECONDS: Param = Param::count("seconds", 86_400, "2", "the value of retry-after");

impl Fault for RateLimitRetryAfter {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let mut timeline = voice.refusal(429, &complaint("Rate limit reached"));
        edit::set_header(&mut timeline, "retry-after", &cx.args.count(&SECONDS)?.to_string());
        Ok(timeline)
    }
}
