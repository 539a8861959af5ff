//! A comment of many kilobytes stands before the first record.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct LongComment;

const CARD: Card = Card {
    code: "S12",
    name: "long-comment",
    benign: true,
    about: "a comment of many kilobytes stands before the first record",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "ignore it with bounded memory",
    params: &[BYTES],
    example: "{fault: long-comment, bytes: 65536}",
    ..Card::PLAIN
};

const BYTES: Param = Param::count("bytes", 16 * 1024 * 1024, "32768", "how long the comment is");

impl Fault for LongComment {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let length = usize::try_from(cx.args.count(&BYTES)?).unwrap_or(usize::MAX);
        let start = healthy.body_start().ok_or_else(|| edit::missing("a body"))?;
        healthy.acts.insert(start, edit::body(format!(":{}\n\n", "x".repeat(length)), Piece::Comment));
        Ok(healthy)
    }
}
