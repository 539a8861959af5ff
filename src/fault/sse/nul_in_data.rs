//! A NUL stands bare in the JSON of one record.

use crate::fault::{AFTER, Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct NulInData;

const CARD: Card = Card {
    code: "S19",
    name: "nul-in-data",
    shows: &["stream.malformed-record"],
    about: "a NUL stands bare in the JSON of one record",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "keep it, as the standard says; then the record is not JSON, and the error is typed",
    params: &[AFTER],
    example: "{fault: nul-in-data, after: 2}",
    ..Card::PLAIN
};

impl Fault for NulInData {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let (mut timeline, mut rest) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        let next = rest.iter_mut().find_map(|act| match act {
            Act::Body { bytes, piece } => edit::json_of(bytes, *piece).map(|(range, _)| (bytes, range)),
            _ => None,
        });
        let (bytes, range) = next.ok_or_else(|| edit::missing("a record behind that place"))?;
        // Before the last byte of a JSON value it stands inside it, whatever the value is.
        let at = range.end.saturating_sub(1);
        *bytes = edit::with_data(bytes, &(at..at), b"\0");
        timeline.acts.extend(rest);
        Ok(timeline)
    }
}
