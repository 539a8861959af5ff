//! Some content, then silence on an open socket.

use crate::fault::{AFTER, Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct StallSilent;

const CARD: Card = Card {
    code: "T01",
    name: "stall-silent",
    shows: &["stream.midstream-stall"],
    about: "some content, then silence on an open socket",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench; 108 minutes in https://github.com/moonbitlang/openseek/pull/343",
    ought: "a limit for silence that is shorter than the provider's own cut",
    params: &[AFTER, FOR],
    example: "{fault: stall-silent, after: 3, for: 90s}",
    ..Card::PLAIN
};

const FOR: Param =
    Param::duration("for", None, "how long it lasts before the stream goes on; absent: for ever");

impl Fault for StallSilent {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let span = cx.args.duration(&FOR)?;
        let silence = span.map(Act::Wait).into_iter().collect();
        edit::stall(healthy, cx.args.count(&AFTER)?, silence, span)
    }
}
