//! A field that no standard names stands in every record.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct UnknownField;

const CARD: Card = Card {
    code: "S13",
    name: "unknown-field",
    benign: true,
    about: "a field that no standard names stands in every record",
    source: "seen: https://github.com/aaif-goose/goose/pull/11816",
    ought: "ignore it; it is no progress",
    example: "unknown-field",
    ..Card::PLAIN
};

impl Fault for UnknownField {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::with_line(healthy, b"x-heartbeat: 1\n"))
    }
}
