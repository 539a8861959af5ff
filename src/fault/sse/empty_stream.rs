//! A 200 that claims a stream and sends not one byte.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct EmptyStream;

const CARD: Card = Card {
    code: "Z01",
    name: "empty-stream",
    shows: &["stream.empty-body"],
    about: "a 200 that claims a stream and sends not one byte",
    source: "seen: the seed case of this project; nearest in the catalogue: T05",
    ought: "never a success and never \"timed out\": say that the stream was empty; retry or fail over",
    example: "empty-stream",
    ..Card::PLAIN
};

impl Fault for EmptyStream {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_head(&healthy)?;
        Ok(edit::end_in_order(edit::only_head(healthy, [])))
    }
}
