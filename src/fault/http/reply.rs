//! The answer is exactly what is said here.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::{Place, Problem};
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct Reply;

const CARD: Card = Card {
    code: "Z40",
    name: "reply",
    shows: &["provider.server-error"],
    about: "the answer is exactly this one: status, content type and body",
    source: "follows from the protocol; for errors whose very words are known",
    ought: "what the answer calls for; the words of the provider reach the caller",
    params: &[STATUS, BODY, TYPE],
    example: "{fault: reply, status: 503, body: '{\"error\": {\"message\": \"Down for repairs\"}}', dose: {times: 2}}",
    ..Card::PLAIN
};

const STATUS: Param = Param::count("status", 599, "500", "the status, from 200 on");
const BODY: Param = Param::text(
    "body",
    Some(r#"{"error": {"message": "Internal server error"}}"#),
    "the body, byte for byte",
);
const TYPE: Param = Param::text("type", Some("application/json"), "the content type; empty for none");

impl Fault for Reply {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let status = cx.args.count(&STATUS)?;
        let status = u16::try_from(status).ok().filter(|status| *status >= 200).ok_or_else(|| {
            Problem::new(format!("`status` is {status}, but an answer has one from 200 to 599"))
                .at(Place::path("status"))
        })?;
        let kind = cx.args.text(&TYPE)?.unwrap_or_default();
        let mut timeline = Timeline::whole(status, &kind, cx.args.text(&BODY)?.unwrap_or_default());
        if let Some(head) = edit::head_mut(&mut timeline).filter(|_| kind.is_empty()) {
            head.headers.clear();
        }
        Ok(timeline)
    }
}
