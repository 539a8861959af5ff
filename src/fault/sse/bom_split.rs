//! The stream begins with a byte order mark cut over three segments.

use std::time::Duration;

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct BomSplit;

const CARD: Card = Card {
    code: "S06",
    name: "bom-split",
    benign: true,
    about: "the stream begins with a byte order mark cut over three segments",
    source: "seen: https://github.com/elizaOS/eliza/issues/19260",
    ought: "strip it all the same",
    example: "bom-split",
    ..Card::PLAIN
};

const PAUSE: Duration = Duration::from_millis(20);

impl Fault for BomSplit {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let start = healthy.body_start().ok_or_else(|| edit::missing("a body"))?;
        let bytes =
            [&b"\xef"[..], b"\xbb", b"\xbf"].map(|byte| [edit::body(byte, Piece::Frame), Act::Wait(PAUSE)]);
        healthy.acts.splice(start..start, bytes.into_iter().flatten());
        Ok(healthy)
    }
}
