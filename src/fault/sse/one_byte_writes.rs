//! Every byte of the body comes by itself.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct OneByteWrites;

const CARD: Card = Card {
    code: "Z11",
    name: "one-byte-writes",
    benign: true,
    about: "every byte of the body comes by itself, up to 64 KiB of them",
    source: "the catalogue asks for it beside the framing faults",
    ought: "read the same events",
    example: "one-byte-writes",
    ..Card::PLAIN
};

/// The most bytes that come by themselves; records that would need more come whole.
const MAX_SINGLES: usize = 64 * 1024;

impl Fault for OneByteWrites {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        healthy.body_start().ok_or_else(|| edit::missing("a body"))?;
        let mut left = MAX_SINGLES;
        Ok(edit::each_body(healthy, |bytes, piece| {
            if bytes.len() > left {
                return vec![edit::body(bytes.clone(), piece)];
            }
            left -= bytes.len();
            let last = bytes.len().saturating_sub(1);
            let piece_at = |at: usize| if at == last { piece } else { Piece::Frame };
            (0..bytes.len()).map(|at| edit::body(bytes.slice(at..=at), piece_at(at))).collect()
        }))
    }
}
