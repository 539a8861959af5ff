//! An error record, and then nothing: the connection stays open.

use crate::fault::{
    AFTER, Card, Context, Fault, edit,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ErrorNoDone;

const CARD: Card = Card {
    code: "T11",
    name: "error-no-done",
    shows: &["provider.server-error"],
    about: "an error record, then nothing: no terminal record, and the connection stays open",
    source: "seen: https://github.com/BerriAI/litellm/pull/39748",
    ought: "the error ends the answer; do not wait for a terminal record that will not come",
    params: &[AFTER],
    example: "{fault: error-no-done, after: 2}",
    ..Card::PLAIN
};

impl Fault for ErrorNoDone {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let (mut timeline, _) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        timeline.acts.push(voice.error_record(500, &complaint("Internal server error")));
        timeline.acts.push(Act::Hold);
        Ok(timeline)
    }
}
