//! No connection comes about, and nobody says why.

use crate::fault::{Card, Context, Fault, Kind};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ConnectBlackhole;

const CARD: Card = Card {
    code: "C02",
    name: "connect-blackhole",
    kind: Kind::Transport,
    shows: &["net.unreachable"],
    about: "no connection comes about and nobody says why: the first packet is swallowed",
    source: "follows from the protocol",
    ought: "a deadline for connecting that is far below the total one; then the next target",
    example: "connect-blackhole",
    ..Card::PLAIN
};

impl Fault for ConnectBlackhole {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline { acts: vec![Act::Blackhole] })
    }
}
