//! The call names a tool that was not offered.

use crate::fault::{Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ToolNotOffered;

const CARD: Card = Card {
    code: "O13",
    name: "tool-not-offered",
    shows: &["tool.model-emitted-bad-call"],
    about: "the call names a tool that was not offered",
    source: "seen: a metric of https://openrouter.ai/announcements/provider-variance-introducing-exacto",
    ought: "refuse the call; tell the model",
    params: &[NAME],
    example: "{fault: tool-not-offered, name: delete_everything}",
    ..Card::PLAIN
};

const NAME: Param = Param::text("name", Some("no_such_tool"), "the name that the call has");

impl Fault for ToolNotOffered {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let name = cx.args.text(&NAME)?.unwrap_or_default();
        let changes = edit::each_json(&mut healthy, |_, value| {
            voice.tool_name_mut(value).map(|tool| *tool = name.as_str().into()).is_some()
        });
        if changes == 0 { Err(edit::missing("a tool call")) } else { Ok(healthy) }
    }
}
