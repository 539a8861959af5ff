//! The stream begins with two byte order marks.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct BomTwice;

const CARD: Card = Card {
    code: "S05",
    name: "bom-twice",
    benign: true,
    about: "the stream begins with two byte order marks",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "strip exactly one; the second spoils the name of the first field, and that line is ignored",
    example: "bom-twice",
    ..Card::PLAIN
};

impl Fault for BomTwice {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let start = healthy.body_start().ok_or_else(|| edit::missing("a body"))?;
        healthy.acts.insert(start, edit::body(&b"\xef\xbb\xbf\xef\xbb\xbf"[..], Piece::Frame));
        Ok(healthy)
    }
}
