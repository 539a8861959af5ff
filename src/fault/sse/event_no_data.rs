//! A name without data stands before every record with content.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct EventNoData;

const CARD: Card = Card {
    code: "S16",
    name: "event-no-data",
    benign: true,
    about: "a record that is a name and nothing else stands before every record with content",
    source: "seen: the standard's text, https://html.spec.whatwg.org/multipage/server-sent-events.html",
    ought: "nothing is dispatched, and the name is forgotten",
    example: "event-no-data",
    ..Card::PLAIN
};

impl Fault for EventNoData {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        healthy.pieces(Piece::Content).next().ok_or_else(|| edit::missing("a record with content"))?;
        Ok(edit::each_body(healthy, |bytes, piece| {
            let record = edit::body(bytes.clone(), piece);
            let nothing = edit::body(&b"event: error\n\n"[..], Piece::Frame);
            if piece == Piece::Content { vec![nothing, record] } else { vec![record] }
        }))
    }
}
