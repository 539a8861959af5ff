//! Lines end with CR alone.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct LoneCr;

const CARD: Card = Card {
    code: "S02",
    name: "lone-cr",
    benign: true,
    about: "lines end with CR alone",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "read the same events as with LF",
    example: "lone-cr",
    ..Card::PLAIN
};

impl Fault for LoneCr {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::each_body(healthy, |bytes, piece| {
            vec![edit::body(edit::with_line_ends(bytes, b"\r"), piece)]
        }))
    }
}
