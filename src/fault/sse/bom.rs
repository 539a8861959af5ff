//! The stream begins with a byte order mark.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct Bom;

const CARD: Card = Card {
    code: "S04",
    name: "bom",
    benign: true,
    about: "the stream begins with a byte order mark",
    source: "seen: the web platform tests of EventSource, https://github.com/agentic-os-org/ANOLISA/pull/2209",
    ought: "strip exactly one; keep the first event",
    example: "bom",
    ..Card::PLAIN
};

impl Fault for Bom {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let start = healthy.body_start().ok_or_else(|| edit::missing("a body"))?;
        healthy.acts.insert(start, edit::body(&b"\xef\xbb\xbf"[..], Piece::Frame));
        Ok(healthy)
    }
}
