//! A 400 for bounds of a number in a tool's schema, with a label that names something else.

use serde_json::Value;

use crate::fault::{
    Card, Context, Fault, Kind, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct NumericBoundsRejected;

const CARD: Card = Card {
    code: "J01",
    name: "numeric-bounds-rejected",
    kind: Kind::Reactive,
    shows: &["provider.request-rejected"],
    about: "a 400 for bounds of a number in a tool's schema, with a label that names something else",
    source: "seen: https://github.com/anomalyco/opencode/issues/43371",
    ought: "bisect to the keyword, strip it for that target, name it",
    example: "numeric-bounds-rejected",
    ..Card::PLAIN
};

const WHAT: &str = "tool_count_limit: the number of tools is not supported";

impl Fault for NumericBoundsRejected {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let body = asked::json(cx.request);
        let mut tools = asked::tools(voice, &body).into_iter();
        if !tools.any(|tool| asked::find_schema(tool.schema, &is_bad).is_some()) {
            return Ok(healthy);
        }
        // The label is the fault: it names neither the tool nor the keyword.
        Ok(voice.refusal(400, &complaint(WHAT)))
    }
}

fn is_bad(schema: &Value) -> bool {
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
        .iter()
        .any(|word| schema.get(word).is_some())
}
