//! The model stops, and there is no text and no tool call.

use crate::fault::{
    Card, Context, Fault, edit,
    voice::{Finish, Voice},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct EmptyStop;

const CARD: Card = Card {
    code: "T15",
    name: "empty-stop",
    shows: &["empty.model-stop"],
    about: "the model stops, and there is no text and no tool call",
    source: "seen: https://github.com/anomalyco/opencode/issues/37735",
    ought: "no success: one retry, then the next target",
    example: "empty-stop",
    ..Card::PLAIN
};

impl Fault for EmptyStop {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let mut timeline = voice.hollowed(healthy);
        let changes = edit::each_json(&mut timeline, |_, value| {
            let Some(reason) = voice.finish_mut(value) else { return false };
            *reason = voice.finish(Finish::Stop).into();
            true
        });
        if changes == 0 { Err(edit::missing("a finish reason")) } else { Ok(timeline) }
    }
}
