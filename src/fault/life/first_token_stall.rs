//! Status and headers at once, then nothing.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct FirstTokenStall;

const CARD: Card = Card {
    code: "T04",
    name: "first-token-stall",
    shows: &["stream.first-token-stall"],
    about: "status and headers at once, then nothing",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "a limit for the time to the first content; then the next target",
    params: &[FOR],
    example: "{fault: first-token-stall, for: 90s}",
    ..Card::PLAIN
};

const FOR: Param =
    Param::duration("for", None, "how long it lasts before the stream goes on; absent: for ever");

impl Fault for FirstTokenStall {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let span = cx.args.duration(&FOR)?;
        let silence = span.map(Act::Wait).into_iter().collect();
        edit::stall(healthy, 0, silence, span)
    }
}
