//! A whole answer was asked for, a stream comes.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct StreamForJson;

const CARD: Card = Card {
    code: "H12",
    name: "stream-for-json",
    shows: &["stream.wrong-framing"],
    about: "a whole answer was asked for, a stream comes",
    source: "follows from the protocol",
    ought: "put the stream together, or a clean error",
    example: "stream-for-json",
    ..Card::PLAIN
};

impl Fault for StreamForJson {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        if edit::is_stream(&healthy) {
            return Err(edit::missing("a whole JSON body"));
        }
        Ok(voice.streamed(cx.model, &voice.text(&healthy)))
    }
}
