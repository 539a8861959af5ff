//! A stream was asked for, a whole JSON answer comes.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct JsonForStream;

const CARD: Card = Card {
    code: "H11",
    name: "json-for-stream",
    shows: &["stream.wrong-framing"],
    about: "a stream was asked for, a whole JSON answer comes",
    source: "seen: https://github.com/Lore-Hex/quill-router/pull/535",
    ought: "turn it into a stream, or a clean error",
    example: "json-for-stream",
    ..Card::PLAIN
};

impl Fault for JsonForStream {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        Ok(Timeline::whole(200, "application/json", voice.folded(cx.model, &healthy).to_string()))
    }
}
