//! The head comes one byte at a time. It gives raw bytes, so it stands last among several faults.

use crate::fault::{
    Card, Context, Fault, Param, edit,
    wire::{self, WireAct},
};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct HeaderDrip;

const CARD: Card = Card {
    code: "C12",
    name: "header-drip",
    shows: &["net.no-response"],
    about: "the head comes one byte at a time, each after a pause",
    source: "follows from the protocol",
    ought: "the header deadline is for the whole head, not for each read",
    params: &[EVERY],
    example: "{fault: header-drip, every: 500ms}",
    ..Card::PLAIN
};

const EVERY: Param = Param::duration("every", Some("1s"), "the pause before each byte");

impl Fault for HeaderDrip {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_head(&healthy)?;
        let every = cx.args.duration(&EVERY)?.unwrap_or_default();
        let mut acts = Vec::new();
        for (place, act) in wire::render(&healthy).into_iter().enumerate() {
            match act {
                WireAct::Write(head) if place == 0 => {
                    let bytes = (0..head.len()).map(|at| head.slice(at..=at));
                    acts.extend(bytes.flat_map(|byte| [Act::Wait(every), Act::Raw(byte)]));
                }
                WireAct::Write(bytes) => acts.push(Act::Raw(bytes)),
                WireAct::Wait(span) => acts.push(Act::Wait(span)),
                WireAct::Refuse => acts.push(Act::Refuse),
                WireAct::Blackhole => acts.push(Act::Blackhole),
                WireAct::Close => acts.push(Act::Close),
                WireAct::Reset => acts.push(Act::Reset),
                WireAct::Hold => acts.push(Act::Hold),
            }
        }
        Ok(Timeline { acts })
    }
}
