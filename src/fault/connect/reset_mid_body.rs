//! The connection is reset (not closed) in the middle of the body.

use crate::fault::{AFTER, Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ResetMidBody;

const CARD: Card = Card {
    code: "C14",
    name: "reset-mid-body",
    shows: &["stream.connection-reset"],
    about: "the connection is reset (not closed) in the middle of the body",
    source: "seen: SDKs raise other exceptions than for a close, https://github.com/JulienRabault/LLMock",
    ought: "never a success: a typed transport error",
    params: &[AFTER],
    example: "{fault: reset-mid-body, after: 2}",
    ..Card::PLAIN
};

impl Fault for ResetMidBody {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::promise(&mut healthy);
        let (mut timeline, _) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        timeline.acts.push(Act::Reset);
        Ok(timeline)
    }
}
