//! A 400 for a keyword beside a `$ref` in a tool's schema.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, Kind, asked, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct RefSiblingsRejected;

const CARD: Card = Card {
    code: "J02",
    name: "ref-siblings-rejected",
    kind: Kind::Reactive,
    shows: &["schema.tool-keyword-unsupported"],
    about: "a 400 for a keyword beside a `$ref` in a tool's schema",
    source: "seen: https://github.com/anomalyco/opencode/issues/24158",
    ought: "inline the reference",
    example: "ref-siblings-rejected",
    ..Card::PLAIN
};

const WHAT: &str = "keywords beside '$ref' are not permitted";

impl Fault for RefSiblingsRejected {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let body = asked::json(cx.request);
        let rejected = asked::tools(voice, &body)
            .into_iter()
            .find_map(|tool| asked::find_schema(tool.schema, &is_bad).map(|path| (tool, path)));
        let Some((tool, path)) = rejected else { return Ok(healthy) };
        Ok(voice.schema_rejection(&tool, &path, WHAT, None))
    }
}

fn is_bad(schema: &Value) -> bool {
    schema.get("$ref").is_some() && schema.as_object().is_some_and(|map| map.len() > 1)
}
