//! The connection is refused: a reset answers the first packet.

use crate::fault::{Card, Context, Fault, Kind};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct Refuse;

const CARD: Card = Card {
    code: "C01",
    name: "refuse",
    kind: Kind::Transport,
    shows: &["net.unreachable"],
    about: "the connection is refused: a reset answers the first packet",
    source: "follows from the protocol",
    ought: "go to the next target at once; no backoff on the same address",
    example: "refuse",
    ..Card::PLAIN
};

impl Fault for Refuse {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline { acts: vec![Act::Refuse] })
    }
}
