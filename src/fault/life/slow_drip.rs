//! The stream comes slowly, record by record.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct SlowDrip;

const CARD: Card = Card {
    code: "Z14",
    name: "slow-drip",
    benign: true,
    about: "the stream comes slowly, record by record",
    source: "the catalogue asks for it beside the framing faults",
    ought: "deliver every record when it comes; no alarm",
    params: &[GAP],
    example: "{fault: slow-drip, gap: 1s}",
    ..Card::PLAIN
};

const GAP: Param = Param::duration("gap", Some("200ms"), "the time before each record");

impl Fault for SlowDrip {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let gap = cx.args.duration(&GAP)?.unwrap_or_default();
        Ok(edit::each_body(healthy, |bytes, piece| vec![Act::Wait(gap), edit::body(bytes.clone(), piece)]))
    }
}
