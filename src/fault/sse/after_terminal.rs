//! A record with content comes behind the terminal one.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct AfterTerminal;

const CARD: Card = Card {
    code: "S26",
    name: "after-terminal",
    benign: true,
    about: "a record with content comes behind the terminal one",
    source: "seen: one gateway sends a cost record there; follows from the protocol",
    ought: "ignore it: no extra text",
    example: "after-terminal",
    ..Card::PLAIN
};

impl Fault for AfterTerminal {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let first =
            voice.first_content_act(&healthy).ok_or_else(|| edit::missing("a record with content"))?;
        let place =
            healthy.pieces(Piece::Terminal).last().ok_or_else(|| edit::missing("a terminal record"))?;
        healthy.acts.insert(place + 1, first);
        Ok(healthy)
    }
}
