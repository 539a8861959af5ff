//! A 500 without a body.

use bytes::Bytes;

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ServerErrorEmpty;

const CARD: Card = Card {
    code: "Z05",
    name: "server-error-empty",
    shows: &["provider.server-error"],
    about: "a 500 without a body",
    source: "seen: the edge before a provider answers so; the field notes on error bodies list it",
    ought: "retryable; no crash for want of a body",
    example: "server-error-empty",
    ..Card::PLAIN
};

impl Fault for ServerErrorEmpty {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline::whole(500, "text/plain", Bytes::new()))
    }
}
