//! A byte that is no UTF-8 stands in the text of one record.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct Utf8Bad;

const CARD: Card = Card {
    code: "S22",
    name: "utf8-bad",
    shows: &["stream.malformed-record"],
    about: "a byte that is no UTF-8 stands in the text of one record",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "a replacement character, and carry on",
    example: "utf8-bad",
    ..Card::PLAIN
};

impl Fault for Utf8Bad {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let spoiled = healthy.acts.iter_mut().find_map(|act| {
            let Act::Body { bytes, piece: piece @ (Piece::Content | Piece::Whole) } = act else {
                return None;
            };
            let (_, mut value) = edit::json_of(bytes, *piece)?;
            let text = voice.text_mut(&mut value)?.to_string();
            let inside = text.trim_matches('"').as_bytes();
            let at = bytes.windows(inside.len().max(1)).position(|window| window == inside)?;
            *bytes = edit::with_data(bytes, &(at..at), b"\xff");
            Some(())
        });
        spoiled.ok_or_else(|| edit::missing("a text"))?;
        Ok(healthy)
    }
}
