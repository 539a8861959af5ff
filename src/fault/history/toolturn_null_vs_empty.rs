//! A 400 for how an earlier turn of nothing but tool calls spells its content.

use serde_json::Value;

use crate::fault::{
    Card, Context, Fault, Kind, Param, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ToolturnNullVsEmpty;

const CARD: Card = Card {
    code: "O25",
    name: "toolturn-null-vs-empty",
    kind: Kind::Reactive,
    shows: &["history.empty-part"],
    about: "a 400 for how an earlier turn of nothing but tool calls spells its content: null, or the empty text",
    source: "seen: a check of providers; follows from the protocol, which allows both",
    ought: "spell it as the target wants it",
    params: &[REFUSES],
    example: "{fault: toolturn-null-vs-empty, refuses: 'null'}",
    ..Card::PLAIN
};

const REFUSES: Param = Param::text("refuses", Some("null"), "which spelling is refused: null or empty");

impl Fault for ToolturnNullVsEmpty {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        let refuses = cx.args.text(&REFUSES)?.unwrap_or_default();
        let body = asked::json(cx.request);
        let refused = |content: &Value| match refuses.as_str() {
            "empty" => content == "",
            _ => content.is_null(),
        };
        if !asked::calls(Voice::OpenAiChat, &body).any(|(turn, _)| refused(&turn["content"])) {
            return Ok(healthy);
        }
        let error = complaint(match refuses.as_str() {
            "empty" => "Invalid value for 'content': text content must be non-empty.",
            _ => "Invalid value for 'content': expected a string, got null.",
        });
        Ok(Voice::OpenAiChat.refusal(400, &error))
    }
}
