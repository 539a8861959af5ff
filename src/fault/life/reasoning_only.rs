//! All text comes as reasoning; there is no answer.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ReasoningOnly;

const CARD: Card = Card {
    code: "T17",
    name: "reasoning-only",
    shows: &["empty.model-stop"],
    about: "all text comes as reasoning; there is no answer",
    source: "seen: a metric of the MiniMax provider verifier, https://github.com/MiniMax-AI/MiniMax-Provider-Verifier",
    ought: "flag it; no success",
    example: "reasoning-only",
    ..Card::PLAIN
};

impl Fault for ReasoningOnly {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let changes = edit::each_json(&mut healthy, |_, value| voice.to_reasoning(value));
        if changes == 0 { Err(edit::missing("a text")) } else { Ok(healthy) }
    }
}
