//! The arguments of a tool call are no JSON: they have single quotes.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ArgumentsNotJson;

const CARD: Card = Card {
    code: "O12",
    name: "arguments-not-json",
    shows: &["tool.model-emitted-bad-call"],
    about: "the arguments of a tool call are no JSON: they have single quotes",
    source: "seen: a fault of https://github.com/JulienRabault/LLMock",
    ought: "a typed error to the model; the tool must not run",
    example: "arguments-not-json",
    ..Card::PLAIN
};

impl Fault for ArgumentsNotJson {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let changes = edit::each_json(&mut healthy, |_, value| {
            let Some(Value::String(text)) = voice.arguments_mut(value) else { return false };
            *text = text.replace('"', "'");
            true
        });
        if changes == 0 { Err(edit::missing("a tool call with arguments")) } else { Ok(healthy) }
    }
}
