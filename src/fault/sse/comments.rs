//! A comment stands before every record.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct Comments;

const CARD: Card = Card {
    code: "S11",
    name: "comments",
    benign: true,
    about: "a comment stands before every record",
    source: "seen: one router sends them while it works, https://github.com/openai/openai-go/issues/227",
    ought: "ignore them; they are no progress",
    params: &[TEXT],
    example: "{fault: comments, text: PROCESSING}",
    ..Card::PLAIN
};

const TEXT: Param = Param::text("text", Some("keep-alive"), "what the comment says");

impl Fault for Comments {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let text = cx.args.text(&TEXT)?.unwrap_or_default().replace(['\r', '\n'], " ");
        let comment = edit::body(format!(": {text}\n\n"), Piece::Comment);
        Ok(edit::each_body(healthy, |bytes, piece| vec![comment.clone(), edit::body(bytes.clone(), piece)]))
    }
}
