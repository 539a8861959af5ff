//! A 400 when an earlier turn with tool calls comes back without its reasoning.

use crate::fault::{
    Card, Context, Fault, Kind, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ReasoningMustReturn;

const CARD: Card = Card {
    code: "O20",
    name: "reasoning-must-return",
    kind: Kind::Reactive,
    shows: &["history.reasoning-replay-required"],
    about: "a 400 when an earlier turn with tool calls comes back without its reasoning",
    source: "seen: https://github.com/QuantumNous/new-api/issues/4806",
    ought: "send the reasoning back to such a provider, and to no other",
    example: "reasoning-must-return",
    ..Card::PLAIN
};

impl Fault for ReasoningMustReturn {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        let body = asked::json(cx.request);
        let mut turns = asked::calls(Voice::OpenAiChat, &body).map(|(turn, _)| turn);
        if turns.all(|turn| turn["reasoning_content"].is_string()) {
            return Ok(healthy);
        }
        let error = complaint("The `reasoning_content` in the thinking mode must be passed back to the API.");
        Ok(Voice::OpenAiChat.refusal(400, &error))
    }
}
