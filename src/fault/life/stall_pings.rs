//! Some content, then only pings; after 300 of them, silence.

use crate::fault::{AFTER, Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct StallPings;

const CARD: Card = Card {
    code: "T03",
    name: "stall-pings",
    shows: &["stream.midstream-stall"],
    about: "some content, then only pings of the dialect",
    source: "seen: https://github.com/earendil-works/pi/pull/8593",
    ought: "the clock is reset by content only",
    params: &[AFTER, EVERY, FOR],
    example: "{fault: stall-pings, after: 3, every: 15s}",
    ..Card::PLAIN
};

const EVERY: Param = Param::duration("every", Some("1s"), "the time between two signs of life");
const FOR: Param =
    Param::duration("for", None, "how long it lasts before the stream goes on; absent: for ever");

impl Fault for StallPings {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let (span, every) = (cx.args.duration(&FOR)?, cx.args.duration(&EVERY)?.unwrap_or_default());
        let pings = edit::beats(&voice.ping(&healthy), every, span);
        edit::stall(healthy, cx.args.count(&AFTER)?, pings, span)
    }
}
