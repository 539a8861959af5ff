//! A first chunk without choices, that tells how a filter judged the prompt.

use serde_json::{Value, json};

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct FirstChunkNoChoices;

const CARD: Card = Card {
    code: "O01",
    name: "first-chunk-no-choices",
    benign: true,
    about: "a first chunk without choices, that tells how a filter judged the prompt",
    source: "seen: https://github.com/microsoft/autogen/pull/4311",
    ought: "skip it: the answer begins with the next chunk",
    example: "first-chunk-no-choices",
    ..Card::PLAIN
};

impl Fault for FirstChunkNoChoices {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let place = healthy.body_start().ok_or_else(|| edit::missing("a body"))?;
        healthy.acts.insert(place, edit::body(format!("data: {}\n\n", chunk()), Piece::Frame));
        Ok(healthy)
    }
}

fn chunk() -> Value {
    let judged = json!({"hate": {"filtered": false, "severity": "safe"}});
    json!({
        "id": "", "object": "", "created": 0, "model": "", "choices": [],
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": judged}],
    })
}
