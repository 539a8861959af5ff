//! Some content, then an error record; no terminal record follows.

use crate::fault::{
    AFTER, Card, Context, Fault, Param, edit,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct StreamError;

const CARD: Card = Card {
    code: "T09",
    name: "stream-error",
    shows: &["provider.server-error"],
    about: "some content, then an error record; no terminal record follows",
    source: "seen: https://github.com/use-agent-os/agent-os/issues/2118",
    ought: "classify it by its type, as there is no status; an error after content is never a success",
    params: &[AFTER, STATUS, MESSAGE],
    example: "{fault: stream-error, after: 3, status: 500, message: Internal server error}",
    ..Card::PLAIN
};

const STATUS: Param = Param::count("status", 599, "529", "the status whose error it is");
const MESSAGE: Param = Param::text("message", Some("Overloaded"), "the message for people");

impl Fault for StreamError {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        let status = u16::try_from(cx.args.count(&STATUS)?).unwrap_or(500);
        let (mut timeline, _) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        timeline.acts.push(voice.error_record(status, &error));
        Ok(edit::end_in_order(timeline))
    }
}
