//! Two spaces behind the colon of a data field.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct TwoSpaces;

const CARD: Card = Card {
    code: "S08",
    name: "two-spaces",
    benign: true,
    about: "two spaces stand behind the colon of a data field",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "strip one of them: the other belongs to the value, and JSON does not mind it",
    example: "two-spaces",
    ..Card::PLAIN
};

impl Fault for TwoSpaces {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::each_body(healthy, |bytes, piece| {
            let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(|line| {
                line.strip_prefix(b"data: ")
                    .map_or_else(|| line.to_vec(), |value| [b"data:  ", value].concat())
            });
            vec![edit::body(lines.collect::<Vec<_>>().concat(), piece)]
        }))
    }
}
