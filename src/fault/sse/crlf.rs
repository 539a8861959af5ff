//! Lines end with CR LF.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct Crlf;

const CARD: Card = Card {
    code: "S01",
    name: "crlf",
    benign: true,
    about: "lines end with CR LF",
    source: "seen: https://github.com/vercel/ai/pull/6200; two providers send nothing else",
    ought: "read the same events as with LF",
    example: "crlf",
    ..Card::PLAIN
};

impl Fault for Crlf {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::each_body(healthy, |bytes, piece| {
            vec![edit::body(edit::with_line_ends(bytes, b"\r\n"), piece)]
        }))
    }
}
