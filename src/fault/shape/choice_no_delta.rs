//! A late chunk whose choice has no delta, but the findings of a filter.

use serde_json::{Value, json};

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ChoiceNoDelta;

const CARD: Card = Card {
    code: "O02",
    name: "choice-no-delta",
    benign: true,
    about: "a late chunk whose choice has no delta, but the findings of a filter",
    source: "seen: https://github.com/microsoft/autogen/issues/6465",
    ought: "skip it: it says nothing",
    example: "choice-no-delta",
    ..Card::PLAIN
};

impl Fault for ChoiceNoDelta {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let last = healthy.pieces(Piece::Content).last().ok_or_else(|| edit::missing("a content"))?;
        healthy.acts.insert(last + 1, edit::body(format!("data: {}\n\n", chunk()), Piece::Frame));
        Ok(healthy)
    }
}

fn chunk() -> Value {
    let offsets = json!({"check_offset": 44, "start_offset": 44, "end_offset": 62});
    let judged = json!({"hate": {"filtered": false, "severity": "safe"}});
    json!({
        "id": "", "object": "", "created": 0, "model": "",
        "choices": [{
            "index": 0, "finish_reason": null,
            "content_filter_offsets": offsets, "content_filter_results": judged,
        }],
    })
}
