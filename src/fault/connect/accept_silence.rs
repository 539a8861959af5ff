//! The request is read, then nothing is ever sent.

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct AcceptSilence;

const CARD: Card = Card {
    code: "C04",
    name: "accept-silence",
    shows: &["net.no-response"],
    about: "the request is read, then nothing is ever sent",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench (one gateway waited 130 s with a 30 s timeout set)",
    ought: "the header timeout fires, then the next target; no retry of the silent one",
    example: "accept-silence",
    ..Card::PLAIN
};

impl Fault for AcceptSilence {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline { acts: vec![Act::Hold] })
    }
}
