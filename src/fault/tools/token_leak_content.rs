//! The markup of a tool call comes out as text.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct TokenLeakContent;

const CARD: Card = Card {
    code: "O18",
    name: "token-leak-content",
    shows: &["tool.template-leak"],
    about: "the markup of a tool call comes out as text",
    source: "seen: https://github.com/livekit/agents-js/issues/1632",
    ought: "flag it; strip it only where told to",
    params: &[LEAK],
    example: "{fault: token-leak-content, leak: '<|channel|>commentary to=functions.get_weather'}",
    ..Card::PLAIN
};

const LEAK: Param = Param::text(
    "leak",
    Some("\n<tool_call>\n{\"name\": \"get_weather\"}\n</tool_call>"),
    "what stands behind the text",
);

impl Fault for TokenLeakContent {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let leak = cx.args.text(&LEAK)?.unwrap_or_default();
        let last = voice.text_places(&healthy).last().copied().ok_or_else(|| edit::missing("a text"))?;
        edit::each_json_at(&mut healthy, last, |value| {
            if let Some(Value::String(text)) = voice.text_mut(value) {
                text.push_str(&leak);
            }
        });
        Ok(healthy)
    }
}
