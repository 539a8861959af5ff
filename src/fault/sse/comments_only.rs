//! A 200 stream that holds nothing but comments.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct CommentsOnly;

const CARD: Card = Card {
    code: "Z07",
    name: "comments-only",
    shows: &["stream.empty-body"],
    about: "a 200 stream that holds nothing but comments",
    source: "follows from the protocol; nearest in the catalogue: T05",
    ought: "as an empty stream: comments are no content",
    params: &[COUNT],
    example: "{fault: comments-only, count: 5}",
    ..Card::PLAIN
};

const COUNT: Param = Param::count("count", 1000, "3", "how many comments come");

impl Fault for CommentsOnly {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let comments =
            (0..cx.args.count(&COUNT)?).map(|_| edit::body(&b": keep-alive\n\n"[..], Piece::Comment));
        Ok(edit::end_in_order(edit::only_head(healthy, comments)))
    }
}
