//! Lines end with CR LF, and the CR ends one segment while the LF begins the next.

use std::time::Duration;

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct CrlfSplit;

const CARD: Card = Card {
    code: "S03",
    name: "crlf-split",
    benign: true,
    about: "lines end with CR LF, and the CR ends one segment while the LF begins the next",
    source: "seen: https://github.com/kaitranntt/ccs/pull/1359",
    ought: "no extra blank line",
    example: "crlf-split",
    ..Card::PLAIN
};

const PAUSE: Duration = Duration::from_millis(20);

impl Fault for CrlfSplit {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::each_body(healthy, |bytes, piece| {
            let mut front = edit::with_line_ends(bytes, b"\r\n");
            let back = front.split_off(front.len().saturating_sub(1));
            vec![edit::body(front, piece), Act::Wait(PAUSE), edit::body(back, Piece::Frame)]
        }))
    }
}
