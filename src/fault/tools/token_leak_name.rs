//! The name of a tool has a token of the chat template behind it.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct TokenLeakName;

const CARD: Card = Card {
    code: "O19",
    name: "token-leak-name",
    shows: &["tool.template-leak", "tool.model-emitted-bad-call"],
    about: "the name of a tool has a token of the chat template behind it",
    source: "seen: https://github.com/vllm-project/vllm/pull/35906",
    ought: "flag it: no such tool was offered",
    params: &[LEAK],
    example: "token-leak-name",
    ..Card::PLAIN
};

const LEAK: Param = Param::text("leak", Some("<|channel|>commentary"), "what stands behind the name");

impl Fault for TokenLeakName {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let leak = cx.args.text(&LEAK)?.unwrap_or_default();
        let changes = edit::each_json(&mut healthy, |_, value| {
            let Some(Value::String(name)) = voice.tool_name_mut(value) else { return false };
            let begins = !name.is_empty();
            if begins {
                name.push_str(&leak);
            }
            begins
        });
        if changes == 0 { Err(edit::missing("a tool call")) } else { Ok(healthy) }
    }
}
