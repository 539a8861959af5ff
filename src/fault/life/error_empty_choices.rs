//! An error beside an empty list of choices, in a 200.

use serde_json::json;

use crate::fault::{AFTER, Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ErrorEmptyChoices;

const CARD: Card = Card {
    code: "T07",
    name: "error-empty-choices",
    shows: &["provider.server-error"],
    about: "an error beside an empty list of choices, in a 200",
    source: "seen: https://github.com/diegosouzapw/OmniRoute/pull/8210",
    ought: "a failure with the true code",
    params: &[AFTER, MESSAGE],
    example: "{fault: error-empty-choices, after: 2}",
    ..Card::PLAIN
};

const MESSAGE: Param = Param::text("message", Some("Provider returned error"), "the message for people");

impl Fault for ErrorEmptyChoices {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let message = cx.args.text(&MESSAGE)?.unwrap_or_default();
        let chunk = json!({
            "id": "gen-mock", "object": "chat.completion.chunk", "model": cx.model, "choices": [],
            "error": {"code": 502, "message": message},
        });
        let (mut timeline, _) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        timeline.acts.push(edit::body(format!("data: {chunk}\n\n"), Piece::Frame));
        Ok(edit::end_in_order(timeline))
    }
}
