//! One record is not JSON: its second half is missing.

use crate::fault::{AFTER, Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct BadJsonRecord;

const CARD: Card = Card {
    code: "S27",
    name: "bad-json-record",
    shows: &["stream.malformed-record"],
    about: "one record is not JSON: its second half is missing",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "skip it or end cleanly with a typed error; no raw exception; alive afterwards",
    params: &[AFTER],
    example: "{fault: bad-json-record, after: 2}",
    ..Card::PLAIN
};

impl Fault for BadJsonRecord {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let (mut timeline, mut rest) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        let next = rest.iter_mut().find_map(|act| match act {
            Act::Body { bytes, piece } if edit::json_of(bytes, *piece).is_some() => Some(bytes),
            _ => None,
        });
        let bytes = next.ok_or_else(|| edit::missing("a record behind that place"))?;
        if let Some(range) = edit::data_range(bytes) {
            let half = bytes.slice(range.start..range.start + range.len() / 2);
            *bytes = edit::with_data(bytes, &range, &half);
        }
        timeline.acts.extend(rest);
        Ok(timeline)
    }
}
