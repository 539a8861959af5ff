//! No fault at all: the specimen to copy when adding one.

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct None;

const CARD: Card = Card {
    code: "Z00",
    name: "none",
    benign: true,
    about: "nothing: the answer stays as it is",
    source: "the specimen that a new fault starts from",
    ought: "deliver the answer",
    example: "none",
    ..Card::PLAIN
};

impl Fault for None {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(healthy)
    }
}
