//! An error is the first record of a 200 stream.

use crate::fault::{
    Card, Context, Fault, Param, edit,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ErrorFirst;

const CARD: Card = Card {
    code: "Z15",
    name: "error-first",
    shows: &["quota.rate-limited"],
    about: "an error is the first record of a 200 stream",
    source: "seen: the reference router treats it by dialect; follows from the protocol",
    ought: "as an error status: nothing reached the caller yet, so fail over",
    params: &[STATUS, MESSAGE],
    example: "{fault: error-first, status: 429, message: Rate limit reached}",
    ..Card::PLAIN
};

const STATUS: Param = Param::count("status", 599, "529", "the status whose error it is");
const MESSAGE: Param = Param::text("message", Some("Overloaded"), "the message for people");

impl Fault for ErrorFirst {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        let status = u16::try_from(cx.args.count(&STATUS)?).unwrap_or(500);
        Ok(edit::end_in_order(edit::only_head(healthy, [voice.error_record(status, &error)])))
    }
}
