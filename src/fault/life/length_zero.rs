//! The token limit is reached without one visible token.

use crate::fault::{
    Card, Context, Fault,
    voice::{Finish, Voice},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct LengthZero;

const CARD: Card = Card {
    code: "T16",
    name: "length-zero",
    shows: &["empty.thinking-budget"],
    about: "the token limit is reached without one visible token",
    source: "seen: https://github.com/openai/openai-agents-python/issues/4510",
    ought: "tell it apart from an empty answer: the limit was spent on thinking",
    example: "length-zero",
    ..Card::PLAIN
};

impl Fault for LengthZero {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        voice.finished(voice.hollowed(healthy), Finish::Length)
    }
}
