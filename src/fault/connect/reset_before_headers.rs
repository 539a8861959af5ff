//! The request is read, then the connection is reset before any byte.

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ResetBeforeHeaders;

const CARD: Card = Card {
    code: "C03",
    name: "reset-before-headers",
    shows: &["stream.connection-reset"],
    about: "the request is read, then the connection is reset before any byte",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "retry or fail over; nothing reached the caller yet",
    example: "reset-before-headers",
    ..Card::PLAIN
};

impl Fault for ResetBeforeHeaders {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline { acts: vec![Act::Reset] })
    }
}
