//! The whole body comes in chunks, but the last chunk that ends it does not.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Framing, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct NoLastChunk;

const CARD: Card = Card {
    code: "H08",
    name: "no-last-chunk",
    shows: &["stream.broken-framing", "stream.truncated-no-terminal"],
    about: "the whole body comes in chunks, but the last chunk that ends it does not",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench (one gateway passed it off as a success)",
    ought: "an error, or the whole answer from another target",
    example: "no-last-chunk",
    ..Card::PLAIN
};

impl Fault for NoLastChunk {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        healthy.body_start().ok_or_else(|| edit::missing("a body"))?;
        edit::frame(&mut healthy, Framing::Chunked);
        let mut timeline = edit::without_end(healthy);
        timeline.acts.push(Act::Close);
        Ok(timeline)
    }
}
