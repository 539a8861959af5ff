//! A 400 when thinking comes back without the signature that it had.

use serde_json::Value;

use crate::fault::{
    Card, Context, Fault, Kind, Param, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ThinkingSignatureLost;

const CARD: Card = Card {
    code: "A04",
    name: "thinking-signature-lost",
    kind: Kind::Reactive,
    shows: &["history.thinking-signature"],
    about: "a 400 when earlier thinking comes back without a signature, or with one of another route",
    source: "seen: https://github.com/router-for-me/CLIProxyAPI/issues/3624",
    ought: "send thinking back byte for byte, to the route that signed it",
    params: &[SIGNATURE],
    example: "{fault: thinking-signature-lost, signature: sig-of-this-route}",
    ..Card::PLAIN
};

const SIGNATURE: Param =
    Param::text("signature", None, "the only signature that is good; absent: any that is not empty");

impl Fault for ThinkingSignatureLost {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::Anthropic.only(cx, &CARD)?;
        let wanted = cx.args.text(&SIGNATURE)?;
        let body = asked::json(cx.request);
        let good = |block: &Value| {
            let told = block["signature"].as_str().unwrap_or_default();
            !told.is_empty() && wanted.as_deref().is_none_or(|wanted| wanted == told)
        };
        let mut blocks = asked::blocks(&body).filter(|(_, block)| block["type"] == "thinking");
        let Some((place, _)) = blocks.find(|(_, block)| !good(block)) else { return Ok(healthy) };
        let message = format!("{place}: Invalid `signature` in `thinking` block: it cannot be modified");
        Ok(Voice::Anthropic.refusal(400, &complaint(message)))
    }
}
