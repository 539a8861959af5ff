//! The request is read, then the connection is closed in good order before any byte.

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct CloseBeforeHeaders;

const CARD: Card = Card {
    code: "Z02",
    name: "close-before-headers",
    shows: &["stream.connection-reset"],
    about: "the request is read, then the connection is closed in good order before any byte",
    source: "seen: the same outcome as C03 in the reference router, by another way; follows from the protocol",
    ought: "retry or fail over; nothing reached the caller yet",
    example: "close-before-headers",
    ..Card::PLAIN
};

impl Fault for CloseBeforeHeaders {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline { acts: vec![Act::Close] })
    }
}
