//! Every request gets a 429 that does not say when to come back.

use crate::fault::{
    Card, Context, Fault, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct RateLimitBare;

const CARD: Card = Card {
    code: "L02",
    name: "rate-limit-bare",
    shows: &["quota.rate-limited"],
    about: "every request gets a 429 that does not say when to come back",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "jittered backoff, bounded; then fail over",
    params: &[MESSAGE],
    example: "rate-limit-bare",
    ..Card::PLAIN
};

const MESSAGE: Param = Param::text("message", Some("Rate limit reached"), "the message for people");

impl Fault for RateLimitBare {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        Ok(voice.refusal(429, &error))
    }
}
