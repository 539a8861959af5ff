//! The answer should be JSON, and comes inside a fence of Markdown.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct JsonSchemaIgnored;

const CARD: Card = Card {
    code: "O26",
    name: "json-schema-ignored",
    shows: &["schema.silently-ignored"],
    about: "the answer should be JSON, and comes inside a fence of Markdown",
    source: "seen: a check of providers; follows from the protocol, as not every model is held to a schema",
    ought: "validate the answer; do not hand it on as JSON",
    example: "json-schema-ignored",
    ..Card::PLAIN
};

impl Fault for JsonSchemaIgnored {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let places = voice.text_places(&healthy);
        let (first, last) = (places.first().copied(), places.last().copied());
        let (Some(first), Some(last)) = (first, last) else { return Err(edit::missing("a text")) };
        edit::each_json_at(&mut healthy, first, |value| {
            if let Some(Value::String(text)) = voice.text_mut(value) {
                text.insert_str(0, "```json\n");
            }
        });
        edit::each_json_at(&mut healthy, last, |value| {
            if let Some(Value::String(text)) = voice.text_mut(value) {
                text.push_str("\n```");
            }
        });
        Ok(healthy)
    }
}
