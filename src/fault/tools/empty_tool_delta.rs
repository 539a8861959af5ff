//! A call without arguments, told as one empty piece.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct EmptyToolDelta;

const CARD: Card = Card {
    code: "A08",
    name: "empty-tool-delta",
    benign: true,
    about: "a call without arguments, told as empty pieces",
    source: "seen: https://github.com/METR/hawk/pull/1245",
    ought: "the arguments are the empty object",
    example: "empty-tool-delta",
    ..Card::PLAIN
};

impl Fault for EmptyToolDelta {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let changes = edit::each_json(&mut healthy, |_, value| {
            voice.arguments_mut(value).map(|arguments| *arguments = "".into()).is_some()
        });
        if changes == 0 { Err(edit::missing("a tool call with arguments")) } else { Ok(healthy) }
    }
}
