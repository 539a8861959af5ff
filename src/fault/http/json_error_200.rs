//! A 200 whose body is not the stream but a small JSON that tells the true error.

use crate::fault::{Card, Context, Fault, Param};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct JsonError200;

const CARD: Card = Card {
    code: "Z06",
    name: "json-error-200",
    shows: &["auth.key-invalid"],
    about: "a 200 whose body is not the stream but a small JSON that tells the true error",
    source: "seen: a reseller answers so when credits are out; the seed case of this project",
    ought: "show the true cause; never an empty success, never \"timed out\"",
    params: &[BODY, TYPE],
    example: "{fault: json-error-200, body: '{\"code\":401,\"msg\":\"You do not have access permissions\"}'}",
    ..Card::PLAIN
};

const BODY: Param =
    Param::text("body", Some(r#"{"code":402,"msg":"Insufficient credits"}"#), "the body that comes instead");
const TYPE: Param = Param::text("type", Some("application/json"), "the content type it claims");

impl Fault for JsonError200 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let body = cx.args.text(&BODY)?.unwrap_or_default();
        let kind = cx.args.text(&TYPE)?.unwrap_or_default();
        Ok(Timeline::whole(200, &kind, body))
    }
}
