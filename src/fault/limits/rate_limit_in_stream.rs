//! Content comes, then a rate-limit error inside the stream.

use crate::fault::{
    AFTER, Card, Context, Fault, edit,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct RateLimitInStream;

const CARD: Card = Card {
    code: "L10",
    name: "rate-limit-in-stream",
    shows: &["quota.rate-limited"],
    about: "content comes, then a rate-limit error inside the stream",
    source: "seen: a gateway spun at full CPU after it; failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "end with an error frame; the CPU stays flat",
    params: &[AFTER],
    example: "{fault: rate-limit-in-stream, after: 2}",
    ..Card::PLAIN
};

impl Fault for RateLimitInStream {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let (mut timeline, _) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        timeline.acts.push(voice.error_record(429, &complaint("Rate limit reached")));
        Ok(edit::end_in_order(timeline))
    }
}
