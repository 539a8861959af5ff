//! A 400 when the last message is the assistant's.

use serde_json::Value;

use crate::fault::{
    Card, Context, Fault, Kind, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct PrefillRefused;

const CARD: Card = Card {
    code: "O23",
    name: "prefill-refused",
    kind: Kind::Reactive,
    shows: &["provider.request-rejected"],
    about: "a 400 when the last message is the assistant's",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "restart cleanly; keep the original error",
    example: "prefill-refused",
    ..Card::PLAIN
};

impl Fault for PrefillRefused {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let body = asked::json(cx.request);
        let last = body.get("messages").and_then(Value::as_array).and_then(|messages| messages.last());
        if last.is_none_or(|message| message["role"] != "assistant") {
            return Ok(healthy);
        }
        let error = complaint(
            "This model does not support assistant message prefill: the conversation must end with a user message",
        );
        Ok(voice.refusal(400, &error))
    }
}
