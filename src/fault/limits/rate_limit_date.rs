//! A 429 whose retry-after is an HTTP date; the next request is healthy.

use crate::fault::{
    Card, Context, Fault, Param, edit,
    http_date::http_date,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct RateLimitDate;

const CARD: Card = Card {
    code: "L03",
    name: "rate-limit-date",
    times: Some(1),
    shows: &["quota.rate-limited"],
    about: "a 429 whose retry-after is an HTTP date; the next request is healthy",
    source: "seen: https://github.com/CommandCodeAI/command-code/issues/788",
    ought: "read both forms",
    params: &[IN],
    example: "{fault: rate-limit-date, in: 5s}",
    ..Card::PLAIN
};

const IN: Param = Param::duration("in", Some("2s"), "how far ahead of the request the date lies");

impl Fault for RateLimitDate {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let wait = cx.args.duration(&IN)?.unwrap_or_default().as_secs();
        let mut timeline = voice.refusal(429, &complaint("Rate limit reached"));
        edit::set_header(&mut timeline, "date", &http_date(cx.unix_seconds));
        edit::set_header(&mut timeline, "retry-after", &http_date(cx.unix_seconds.saturating_add(wait)));
        Ok(timeline)
    }
}
