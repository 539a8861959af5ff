//! The finish reason is seen, but the terminal record never comes; HTTP ends in good order.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct TerminalMissing;

const CARD: Card = Card {
    code: "S25",
    name: "terminal-missing",
    benign: true,
    about: "the finish reason is seen, but the terminal record never comes; HTTP ends in good order",
    source: "seen: two providers never send it in the OpenAI dialect; for Anthropic (A09) https://github.com/kekzl/imp/issues/1553",
    ought: "complete: finalise at once and keep the usage",
    example: "terminal-missing",
    ..Card::PLAIN
};

impl Fault for TerminalMissing {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let before = healthy.acts.len();
        healthy.acts.retain(|act| !matches!(act, Act::Body { piece: Piece::Terminal, .. }));
        if healthy.acts.len() == before { Err(edit::missing("a terminal record")) } else { Ok(healthy) }
    }
}
