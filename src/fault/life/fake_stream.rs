//! Nothing for the whole time, then the whole stream at once.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct FakeStream;

const CARD: Card = Card {
    code: "T13",
    name: "fake-stream",
    benign: true,
    about: "nothing for the whole time, then the whole stream at once",
    source: "seen: https://github.com/kekzl/imp/issues/754",
    ought: "deliver it; flag it as buffered",
    params: &[BY],
    example: "{fault: fake-stream, by: 8s}",
    ..Card::PLAIN
};

const BY: Param = Param::duration("by", Some("10s"), "how long the answer would have taken");

impl Fault for FakeStream {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let late = cx.args.duration(&BY)?;
        let mut timeline = healthy;
        timeline.acts.retain(|act| !matches!(act, Act::Wait(_)));
        edit::stall(timeline, 0, late.map(Act::Wait).into_iter().collect(), late)
    }
}
