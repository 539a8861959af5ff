//! Some content, then only comments; after 300 of them, silence.

use crate::fault::{AFTER, Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct StallComments;

const CARD: Card = Card {
    code: "T02",
    name: "stall-comments",
    shows: &["stream.midstream-stall"],
    about: "some content, then only comments",
    source: "seen: https://github.com/aaif-goose/goose/pull/11816",
    ought: "the clock is reset by content only",
    params: &[AFTER, EVERY, FOR],
    example: "{fault: stall-comments, after: 3, every: 500ms}",
    ..Card::PLAIN
};

const EVERY: Param = Param::duration("every", Some("1s"), "the time between two signs of life");
const FOR: Param =
    Param::duration("for", None, "how long it lasts before the stream goes on; absent: for ever");

impl Fault for StallComments {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let (span, every) = (cx.args.duration(&FOR)?, cx.args.duration(&EVERY)?.unwrap_or_default());
        let comment = edit::body(&b": keep-alive\n\n"[..], Piece::Comment);
        edit::stall(healthy, cx.args.count(&AFTER)?, edit::beats(&comment, every, span), span)
    }
}
