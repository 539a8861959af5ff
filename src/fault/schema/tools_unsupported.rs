//! A 400 whenever there are tools: the model cannot call any.

use crate::fault::{
    Card, Context, Fault, Kind, Param, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ToolsUnsupported;

const CARD: Card = Card {
    code: "Z18",
    name: "tools-unsupported",
    kind: Kind::Reactive,
    shows: &["tool.capability-absent"],
    about: "a 400 whenever there are tools: the model cannot call any",
    source: "seen: the probe of the seed case, where one target answers so",
    ought: "not retryable on that model; a model with tools, or none offered",
    params: &[MESSAGE],
    example: "tools-unsupported",
    ..Card::PLAIN
};

const MESSAGE: Param =
    Param::text("message", Some("`tool calling` is not supported with this model"), "the message for people");

impl Fault for ToolsUnsupported {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        if asked::tools(voice, &asked::json(cx.request)).is_empty() {
            return Ok(healthy);
        }
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        Ok(voice.refusal(400, &error))
    }
}
