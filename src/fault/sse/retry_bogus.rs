//! A retry field that is no number.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct RetryBogus;

const CARD: Card = Card {
    code: "S18",
    name: "retry-bogus",
    benign: true,
    about: "a retry field that is no number stands in every record",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "ignore it: the time to reconnect stays as it was",
    example: "retry-bogus",
    ..Card::PLAIN
};

impl Fault for RetryBogus {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::with_line(healthy, b"retry: 1000x\n"))
    }
}
