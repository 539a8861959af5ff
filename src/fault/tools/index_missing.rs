//! The pieces of tool calls carry no index.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct IndexMissing;

const CARD: Card = Card {
    code: "O07",
    name: "index-missing",
    benign: true,
    about: "the pieces of tool calls carry no index",
    source: "seen: https://github.com/openai/openai-python/pull/3246",
    ought: "tell the calls apart by id",
    example: "index-missing",
    ..Card::PLAIN
};

impl Fault for IndexMissing {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        let changes = edit::each_json(&mut healthy, |_, value| {
            let calls = value.pointer_mut("/choices/0/delta/tool_calls").and_then(Value::as_array_mut);
            let removed =
                calls.into_iter().flatten().filter_map(|call| call.as_object_mut()?.remove("index"));
            removed.count() > 0
        });
        if changes == 0 { Err(edit::missing("a tool call")) } else { Ok(healthy) }
    }
}
