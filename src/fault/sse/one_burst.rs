//! The whole body comes in one piece.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct OneBurst;

const CARD: Card = Card {
    code: "Z12",
    name: "one-burst",
    benign: true,
    about: "the whole body comes in one piece",
    source: "the catalogue asks for it beside the framing faults",
    ought: "read the same events",
    example: "one-burst",
    ..Card::PLAIN
};

impl Fault for OneBurst {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let start = healthy.body_start().ok_or_else(|| edit::missing("a body"))?;
        let whole: Vec<u8> = edit::bodies(&healthy).flat_map(|(bytes, _)| bytes.to_vec()).collect();
        let piece = if edit::is_stream(&healthy) { Piece::Content } else { Piece::Whole };
        let mut timeline = healthy;
        timeline.acts.retain(|act| !matches!(act, Act::Body { .. } | Act::Wait(_)));
        let start = start.min(timeline.acts.len()).min(1);
        timeline.acts.insert(start, edit::body(whole, piece));
        Ok(timeline)
    }
}
