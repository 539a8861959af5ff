//! A block of thinking that has a signature and no text.

use serde_json::json;

use crate::fault::{Card, Context, Fault, blocks, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct SignatureOnlyBlock;

const CARD: Card = Card {
    code: "A06",
    name: "signature-only-block",
    benign: true,
    about: "a block of thinking that has a signature and no text",
    source: "seen: https://github.com/BerriAI/litellm/pull/38809",
    ought: "do not drop it: the signature must come back",
    example: "signature-only-block",
    ..Card::PLAIN
};

const SIGNATURE: &str = "ErUBsignature0of0a0mock";

impl Fault for SignatureOnlyBlock {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::Anthropic.only(cx, &CARD)?;
        let thinking = json!({"type": "thinking", "thinking": "", "signature": ""});
        let signed = json!({"type": "signature_delta", "signature": SIGNATURE});
        blocks::insert_first(
            &mut healthy,
            &[
                json!({"type": "content_block_start", "index": 0, "content_block": thinking}),
                json!({"type": "content_block_delta", "index": 0, "delta": signed}),
                json!({"type": "content_block_stop", "index": 0}),
            ],
        )?;
        Ok(healthy)
    }
}
