//! The id of every record holds a NUL.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct IdNul;

const CARD: Card = Card {
    code: "S17",
    name: "id-nul",
    benign: true,
    about: "an id that holds a NUL stands in every record",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "ignore that id; keep the record",
    example: "id-nul",
    ..Card::PLAIN
};

impl Fault for IdNul {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::with_line(healthy, b"id: 7\x00x\n"))
    }
}
