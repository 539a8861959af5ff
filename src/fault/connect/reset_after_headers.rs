//! Status and headers, then a reset instead of the body.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ResetAfterHeaders;

const CARD: Card = Card {
    code: "Z03",
    name: "reset-after-headers",
    shows: &["stream.connection-reset"],
    about: "status and headers, then a reset instead of the body",
    source: "follows from the protocol",
    ought: "retry or fail over: no content reached the caller yet",
    example: "reset-after-headers",
    ..Card::PLAIN
};

impl Fault for ResetAfterHeaders {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_head(&healthy)?;
        Ok(edit::only_head(healthy, [Act::Reset]))
    }
}
