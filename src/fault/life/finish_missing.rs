//! The terminal record comes, and no finish reason before it.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct FinishMissing;

const CARD: Card = Card {
    code: "Z20",
    name: "finish-missing",
    shows: &["stream.truncated-no-terminal"],
    about: "the terminal record comes, and no finish reason before it",
    source: "follows from the protocol; hops that close a cut stream with a terminal record of their own do this",
    ought: "not a success: the terminal record may be the hop's, not the model's",
    example: "finish-missing",
    ..Card::PLAIN
};

impl Fault for FinishMissing {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let before = healthy.acts.len();
        healthy.acts.retain(|act| !matches!(act, Act::Body { piece: Piece::Finish, .. }));
        if healthy.acts.len() == before { Err(edit::missing("a finish reason")) } else { Ok(healthy) }
    }
}
