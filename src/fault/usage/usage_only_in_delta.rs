//! The first usage is all zeros; the true one comes at the end.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct UsageOnlyInDelta;

const CARD: Card = Card {
    code: "A02",
    name: "usage-only-in-delta",
    benign: true,
    about: "the first usage is all zeros; the true one comes at the end",
    source: "seen: https://github.com/envoyproxy/ai-gateway/issues/2290",
    ought: "take what is told last",
    example: "usage-only-in-delta",
    ..Card::PLAIN
};

impl Fault for UsageOnlyInDelta {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::Anthropic.only(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let mut prompt = None;
        let changes = edit::each_json(&mut healthy, |_, value| {
            if let Some(usage) = value.pointer_mut("/message/usage").and_then(Value::as_object_mut) {
                prompt = usage.insert("input_tokens".to_owned(), 0.into());
                usage.insert("output_tokens".to_owned(), 0.into());
                return true;
            }
            let (Some(prompt), Some(usage)) =
                (&prompt, value.get_mut("usage").filter(|usage| usage.is_object()))
            else {
                return false;
            };
            usage["input_tokens"] = prompt.clone();
            true
        });
        if changes < 2 { Err(edit::missing("a usage at its beginning and at its end")) } else { Ok(healthy) }
    }
}
