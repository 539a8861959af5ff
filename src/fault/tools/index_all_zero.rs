//! Parallel tool calls all have index 0.

use crate::fault::{Card, Context, Fault, calls, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct IndexAllZero;

const CARD: Card = Card {
    code: "O08",
    name: "index-all-zero",
    benign: true,
    about: "parallel tool calls all have index 0",
    source: "seen: https://github.com/ai-dynamo/dynamo/pull/4723",
    ought: "a new id is a new call",
    example: "index-all-zero",
    ..Card::PLAIN
};

impl Fault for IndexAllZero {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        calls::need_two(&healthy)?;
        calls::each_piece(&mut healthy, |piece| {
            let moved = calls::index_of(piece) > 0;
            piece.insert("index".to_owned(), 0.into());
            moved
        });
        Ok(healthy)
    }
}
