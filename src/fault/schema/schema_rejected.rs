//! A 400 when a tool's schema holds a keyword at any depth; without a keyword, whenever there are tools.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, Kind, Param, asked, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct SchemaRejected;

const CARD: Card = Card {
    code: "J07",
    name: "schema-rejected",
    kind: Kind::Reactive,
    shows: &["schema.tool-keyword-unsupported"],
    about: "a 400 when a tool's schema holds a keyword at any depth; without a keyword, whenever there are tools",
    source: "seen: one bad tool kills every request, https://github.com/google-gemini/gemini-cli/issues/6174",
    ought: "find the tool and the keyword, drop or rewrite, say which",
    params: &[KEYWORD, MESSAGE],
    example: "{fault: schema-rejected, keyword: pattern}",
    ..Card::PLAIN
};

const KEYWORD: Param = Param::text("keyword", None, "the keyword that is rejected; absent: any schema is");
const MESSAGE: Param = Param::text("message", None, "the message for people; absent: the dialect's own");

impl Fault for SchemaRejected {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let (keyword, message) = (cx.args.text(&KEYWORD)?, cx.args.text(&MESSAGE)?);
        let body = asked::json(cx.request);
        let rejected = asked::tools(voice, &body).into_iter().find_map(|tool| {
            let has = |schema: &Value| keyword.as_deref().is_none_or(|word| schema.get(word).is_some());
            asked::find_schema(tool.schema, &has).map(|path| (tool, path))
        });
        let Some((tool, path)) = rejected else { return Ok(healthy) };
        let what = keyword
            .map_or_else(|| "JSON schema is invalid".to_owned(), |word| format!("'{word}' is not permitted"));
        Ok(voice.schema_rejection(&tool, &path, &what, message))
    }
}
