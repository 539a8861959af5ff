//! One record of more bytes than readers hold.

use crate::fault::{Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct GiantRecord;

const CARD: Card = Card {
    code: "S28",
    name: "giant-record",
    shows: &["stream.record-too-large"],
    about: "one record of more bytes than readers hold",
    source: "seen: a bound for it in https://github.com/praxis-proxy/praxis/pull/739",
    ought: "bounded buffer, clean refusal",
    params: &[BYTES],
    example: "{fault: giant-record, bytes: 17825792}",
    ..Card::PLAIN
};

const BYTES: Param =
    Param::count("bytes", 64 * 1024 * 1024, "17825792", "how long the text of the record is");

impl Fault for GiantRecord {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let length = usize::try_from(cx.args.count(&BYTES)?).unwrap_or(usize::MAX);
        let mut done = false;
        edit::each_json(&mut healthy, |piece, value| {
            let text = voice.text_mut(value).filter(|_| piece == Piece::Content && !done);
            let Some(text) = text else { return false };
            *text = "x".repeat(length).into();
            done = true;
            true
        });
        if done { Ok(healthy) } else { Err(edit::missing("a text")) }
    }
}
