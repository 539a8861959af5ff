//! The model stops, and there is no text and no tool call.

use crate::fault::{
    Card, Context, Fault,
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
        voice.finished(voice.hollowed(healthy), Finish::Stop)
    }
}
