//! The finish reason promises tool calls, and there is none.

use crate::fault::{
    Card, Context, Fault, edit,
    voice::{Finish, Voice},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ToolsWithoutCalls;

const CARD: Card = Card {
    code: "O06",
    name: "tools-without-calls",
    shows: &["tool.calls-missing"],
    about: "the finish reason promises tool calls, and there is none",
    source: "seen: https://github.com/anomalyco/opencode/pull/5139",
    ought: "treat it as a stop; do not hang",
    example: "tools-without-calls",
    ..Card::PLAIN
};

impl Fault for ToolsWithoutCalls {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        if !voice.argument_places(&healthy).is_empty() {
            return Err(edit::missing("a text without tool calls"));
        }
        let changes = edit::each_json(&mut healthy, |_, value| {
            voice.finish_mut(value).map(|reason| *reason = voice.finish(Finish::Tools).into()).is_some()
        });
        if changes == 0 { Err(edit::missing("a finish reason")) } else { Ok(healthy) }
    }
}
