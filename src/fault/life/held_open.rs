//! The stream is whole, but the socket stays open behind the terminal record.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct HeldOpen;

const CARD: Card = Card {
    code: "Z19",
    name: "held-open",
    benign: true,
    shows: &["stream.not-closed-after-terminal"],
    about: "the stream is whole, but the socket stays open behind the terminal record",
    source: "seen: servers that do not close, so that a client that waits for the end waits for ever; follows from the protocol",
    ought: "be done at the terminal record; do not wait for the end of the connection",
    example: "held-open",
    ..Card::PLAIN
};

impl Fault for HeldOpen {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let mut timeline = edit::without_end(healthy);
        timeline.acts.push(Act::Hold);
        Ok(timeline)
    }
}
