//! A 400: the prompt is longer than the model's context.

use crate::chat::ErrorBody;
use crate::fault::{
    Card, Context, Fault, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ContextOverflow;

const CARD: Card = Card {
    code: "L12",
    name: "context-overflow",
    shows: &["limit.context-overflow"],
    about: "a 400: the prompt is longer than the model's context",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "never the same model again; a larger one where there is any",
    params: &[TOKENS],
    example: "{fault: context-overflow, tokens: 4096}",
    ..Card::PLAIN
};

const TOKENS: Param = Param::count("tokens", 100_000_000, "8192", "how many tokens the model takes");

impl Fault for ContextOverflow {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let tokens = cx.args.count(&TOKENS)?;
        let error = match voice {
            Voice::OpenAiChat => ErrorBody {
                code: Some("context_length_exceeded".to_owned()),
                param: Some("messages".to_owned()),
                ..complaint(format!("The prompt has more than the {tokens} tokens that this model takes"))
            },
            Voice::Anthropic => {
                let over = tokens.saturating_add(1);
                complaint(format!("prompt is too long: {over} tokens > {tokens} maximum"))
            }
        };
        Ok(voice.refusal(400, &error))
    }
}
