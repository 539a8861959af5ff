//! The stream ends inside a character.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct Utf8Cut;

const CARD: Card = Card {
    code: "Z10",
    name: "utf8-cut",
    shows: &["stream.truncated-no-terminal"],
    about: "the stream ends inside a character",
    source: "the evil twin of S21; follows from the protocol",
    ought: "an error: the stream is cut; no crash, no wait for the rest",
    example: "utf8-cut",
    ..Card::PLAIN
};

impl Fault for Utf8Cut {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let (place, at) =
            edit::wide_char(&healthy).ok_or_else(|| edit::missing("a character outside ASCII"))?;
        let mut timeline = healthy;
        edit::split(&mut timeline, place, at);
        timeline.acts.truncate(place + 1);
        Ok(edit::end_in_order(timeline))
    }
}
