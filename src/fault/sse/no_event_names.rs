//! A stream whose records should be named comes without its event lines.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct NoEventNames;

const CARD: Card = Card {
    code: "Z09",
    name: "no-event-names",
    shows: &["stream.sse-missing-event-field"],
    about: "a stream whose records should be named comes without its event lines",
    source: "seen: the reference router gives up on it; proxies that rebuild records drop the names",
    ought: "take the type from the data",
    example: "no-event-names",
    ..Card::PLAIN
};

impl Fault for NoEventNames {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::Anthropic.only(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        Ok(edit::each_body(healthy, |bytes, piece| {
            let lines =
                bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"event:"));
            vec![edit::body(lines.collect::<Vec<_>>().concat(), piece)]
        }))
    }
}
