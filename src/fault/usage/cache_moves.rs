//! The first usage counts the whole prompt, the last one counts what was cached apart.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct CacheMoves;

const CARD: Card = Card {
    code: "A03",
    name: "cache-moves",
    benign: true,
    about: "the first usage counts the whole prompt as new, the last one counts what was cached apart",
    source: "seen: https://github.com/maximhq/bifrost/pull/5355",
    ought: "the last telling of each field counts",
    example: "cache-moves",
    ..Card::PLAIN
};

impl Fault for CacheMoves {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::Anthropic.only(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let mut prompt = None;
        let changes = edit::each_json(&mut healthy, |_, value| {
            if let Some(told) = value.pointer("/message/usage/input_tokens").and_then(Value::as_u64) {
                prompt = Some(told);
                return false;
            }
            let (Some(prompt), Some(usage)) =
                (prompt, value.get_mut("usage").filter(|usage| usage.is_object()))
            else {
                return false;
            };
            let fresh = prompt.div_ceil(8);
            usage["input_tokens"] = fresh.into();
            usage["cache_read_input_tokens"] = (prompt - fresh).into();
            true
        });
        if changes == 0 { Err(edit::missing("a usage at its beginning and at its end")) } else { Ok(healthy) }
    }
}
