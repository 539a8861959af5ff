//! Later pieces of a call's arguments come under another index, without an id.

use crate::fault::{Card, Context, Fault, calls, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct IndexDrifts;

const CARD: Card = Card {
    code: "O09",
    name: "index-drifts",
    benign: true,
    about: "later pieces of a call's arguments come under another index, without an id",
    source: "seen: https://github.com/dirac-run/dirac/pull/215",
    ought: "they belong to the last call that is open",
    example: "index-drifts",
    ..Card::PLAIN
};

impl Fault for IndexDrifts {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        let changes = calls::each_piece(&mut healthy, |piece| {
            let bare = !piece.contains_key("id") && calls::function_text(piece, "arguments").is_some();
            if bare {
                let index = calls::index_of(piece) + 1;
                piece.insert("index".to_owned(), index.into());
            }
            bare
        });
        if changes == 0 { Err(edit::missing("a tool call in pieces")) } else { Ok(healthy) }
    }
}
