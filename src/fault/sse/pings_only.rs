//! A 200 stream that holds nothing but signs of life in data.

use crate::fault::{Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct PingsOnly;

const CARD: Card = Card {
    code: "Z08",
    name: "pings-only",
    shows: &["stream.empty-body"],
    about: "a 200 stream that holds nothing but signs of life in data",
    source: "follows from the protocol; nearest in the catalogue: T05",
    ought: "as an empty stream: pings are no content",
    params: &[COUNT],
    example: "{fault: pings-only, count: 5}",
    ..Card::PLAIN
};

const COUNT: Param = Param::count("count", 1000, "3", "how many pings come");

impl Fault for PingsOnly {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let ping = voice.ping(&healthy);
        let pings = (0..cx.args.count(&COUNT)?).map(|_| ping.clone());
        Ok(edit::end_in_order(edit::only_head(healthy, pings)))
    }
}
