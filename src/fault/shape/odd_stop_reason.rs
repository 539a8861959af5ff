//! The answer ends for a reason that few clients know.

use crate::fault::{Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct OddStopReason;

const CARD: Card = Card {
    code: "A11",
    name: "odd-stop-reason",
    benign: true,
    about: "the answer ends for a reason that few clients know",
    source: "follows from the protocol: both words are in the API's reference",
    ought: "pass it through",
    params: &[REASON],
    example: "{fault: odd-stop-reason, reason: refusal}",
    ..Card::PLAIN
};

const REASON: Param = Param::text("reason", Some("pause_turn"), "the reason that is told");

impl Fault for OddStopReason {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::Anthropic.only(cx, &CARD)?;
        let reason = cx.args.text(&REASON)?.unwrap_or_default();
        let changes = edit::each_json(&mut healthy, |_, value| {
            let Some(told) = Voice::Anthropic.finish_mut(value) else { return false };
            *told = reason.as_str().into();
            true
        });
        if changes == 0 { Err(edit::missing("a stop reason")) } else { Ok(healthy) }
    }
}
