//! A 429 that asks to come back only in hours.

use crate::fault::{
    Card, Context, Fault, Param, edit,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct RateLimitHours;

const CARD: Card = Card {
    code: "L04",
    name: "rate-limit-hours",
    shows: &["quota.rate-limited"],
    about: "a 429 that asks to come back only in hours",
    source: "seen: https://github.com/cline/cline/issues/10139",
    ought: "above a threshold it means stop: surface it or fail over; do not sleep",
    params: &[IN],
    example: "{fault: rate-limit-hours, in: 12h}",
    ..Card::PLAIN
};

const IN: Param = Param::duration("in", Some("3h"), "when the limit opens again");

impl Fault for RateLimitHours {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let wait = cx.args.duration(&IN)?.unwrap_or_default().as_secs();
        let mut timeline = voice.refusal(429, &complaint("Usage limit reached"));
        edit::set_header(&mut timeline, "retry-after", &wait.to_string());
        Ok(timeline)
    }
}
