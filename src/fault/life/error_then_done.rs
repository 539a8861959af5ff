//! An error record, and then the terminal record as if all were well.

use crate::fault::{
    AFTER, Card, Context, Fault, edit,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ErrorThenDone;

const CARD: Card = Card {
    code: "T10",
    name: "error-then-done",
    shows: &["provider.server-error"],
    about: "an error record, and then the terminal record as if all were well",
    source: "seen: https://github.com/bigduu/Bamboo-agent/pull/383",
    ought: "the error counts; pass it on before the end",
    params: &[AFTER],
    example: "{fault: error-then-done, after: 2}",
    ..Card::PLAIN
};

impl Fault for ErrorThenDone {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let (mut timeline, _) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        timeline.acts.push(voice.error_record(500, &complaint("Internal server error")));
        timeline.acts.push(edit::body(voice.terminal(), Piece::Terminal));
        Ok(edit::end_in_order(timeline))
    }
}
