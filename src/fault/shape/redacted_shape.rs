//! A block of redacted thinking without its data.

use serde_json::json;

use crate::fault::{Card, Context, Fault, blocks, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct RedactedShape;

const CARD: Card = Card {
    code: "A05",
    name: "redacted-shape",
    shows: &["stream.malformed-record"],
    about: "a block of redacted thinking without its data",
    source: "seen: https://github.com/diegosouzapw/OmniRoute/pull/2191",
    ought: "keep the data where it is there; an empty block must not be sent back, as the API refuses it",
    example: "redacted-shape",
    ..Card::PLAIN
};

impl Fault for RedactedShape {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::Anthropic.only(cx, &CARD)?;
        blocks::insert_first(
            &mut healthy,
            &[
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "redacted_thinking"}}),
                json!({"type": "content_block_stop", "index": 0}),
            ],
        )?;
        Ok(healthy)
    }
}
