//! A 400 when `max_tokens` is absent.

use serde_json::Value;

use crate::fault::{
    Card, Context, Fault, Kind, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct MaxTokensRequired;

const CARD: Card = Card {
    code: "A10",
    name: "max-tokens-required",
    kind: Kind::Reactive,
    shows: &["provider.request-rejected"],
    about: "a 400 when `max_tokens` is absent",
    source: "seen: bridges that forget it; the dialect requires the field",
    ought: "fill in a default when bridging",
    example: "max-tokens-required",
    ..Card::PLAIN
};

impl Fault for MaxTokensRequired {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::Anthropic.only(cx, &CARD)?;
        if asked::json(cx.request).get("max_tokens").is_some_and(Value::is_number) {
            return Ok(healthy);
        }
        Ok(Voice::Anthropic.refusal(400, &complaint("max_tokens: Field required")))
    }
}
