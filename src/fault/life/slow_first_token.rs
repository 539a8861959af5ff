//! The first content is late, but within what one may wait.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct SlowFirstToken;

const CARD: Card = Card {
    code: "Z13",
    name: "slow-first-token",
    benign: true,
    about: "the first content is late, but within what one may wait",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "wait for it",
    params: &[BY],
    example: "{fault: slow-first-token, by: 3s}",
    ..Card::PLAIN
};

const BY: Param = Param::duration("by", Some("5s"), "how late the first content is");

impl Fault for SlowFirstToken {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let late = cx.args.duration(&BY)?;
        edit::stall(healthy, 0, late.map(Act::Wait).into_iter().collect(), late)
    }
}
