//! The stream ends inside the arguments of a tool call.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct EofMidTool;

const CARD: Card = Card {
    code: "T06",
    name: "eof-mid-tool",
    shows: &["stream.truncated-no-terminal"],
    about: "the stream ends inside the arguments of a tool call",
    source: "seen: https://github.com/CommandCodeAI/command-code/issues/785",
    ought: "the tool must not run",
    example: "eof-mid-tool",
    ..Card::PLAIN
};

impl Fault for EofMidTool {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let places = voice.argument_places(&healthy);
        let first = *places.first().ok_or_else(|| edit::missing("a tool call with arguments"))?;
        if let [only] = places[..] {
            edit::each_json_at(&mut healthy, only, |value| {
                if let Some(Value::String(text)) = voice.arguments_mut(value) {
                    *text = text.chars().take(text.chars().count().div_ceil(2)).collect();
                }
            });
        }
        healthy.acts.truncate(first + 1);
        Ok(edit::end_in_order(healthy))
    }
}
