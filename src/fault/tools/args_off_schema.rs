//! The arguments of a tool call are JSON, but a text with the JSON inside.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ArgsOffSchema;

const CARD: Card = Card {
    code: "O14",
    name: "args-off-schema",
    shows: &["tool.model-emitted-bad-call"],
    about: "the arguments of a tool call are JSON, but a text with the JSON inside: no object, as the schema demands",
    source: "seen: mismatches with the schema, a metric of https://openrouter.ai/announcements/provider-variance-introducing-exacto",
    ought: "validate before the tool runs; a typed error to the model",
    example: "args-off-schema",
    ..Card::PLAIN
};

impl Fault for ArgsOffSchema {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let calls = voice.calls_with_arguments(&healthy);
        if calls.is_empty() {
            return Err(edit::missing("a tool call with arguments"));
        }
        for places in calls {
            for (at, place) in places.iter().enumerate() {
                let (first, last) = (at == 0, at + 1 == places.len());
                edit::each_json_at(&mut healthy, *place, |value| {
                    if let Some(arguments) = voice.arguments_mut(value) {
                        *arguments = quoted(arguments, first, last).into();
                    }
                });
            }
        }
        Ok(healthy)
    }
}

/// A piece of a text, as a piece of that text in JSON.
fn quoted(piece: &Value, first: bool, last: bool) -> String {
    let spelt = piece.to_string();
    let inner = spelt.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&spelt);
    let quote = |wanted: bool| if wanted { "\"" } else { "" };
    format!("{}{inner}{}", quote(first), quote(last))
}
