//! The finish reason is an error, with the error beside it.

use serde_json::json;

use crate::fault::{AFTER, Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct FinishError;

const CARD: Card = Card {
    code: "T08",
    name: "finish-error",
    shows: &["provider.server-error"],
    about: "the finish reason is an error, with the error beside it",
    source: "seen: https://github.com/damianvtran/local-operator/pull/223",
    ought: "a failure; fail over when nothing was sent yet",
    params: &[AFTER],
    example: "{fault: finish-error, after: 0}",
    ..Card::PLAIN
};

impl Fault for FinishError {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let chunk = json!({
            "id": "gen-mock", "object": "chat.completion.chunk", "model": cx.model,
            "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            "error": {"code": 502, "message": "Upstream error"},
        });
        let (mut timeline, _) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        timeline.acts.push(edit::body(format!("data: {chunk}\n\n"), Piece::Finish));
        timeline.acts.push(edit::body(Voice::OpenAiChat.terminal(), Piece::Terminal));
        Ok(edit::end_in_order(timeline))
    }
}
