//! Lines of JSON instead of server-sent events.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct NdjsonForStream;

const CARD: Card = Card {
    code: "H13",
    name: "ndjson-for-stream",
    shows: &["stream.malformed-record"],
    about: "lines of JSON instead of server-sent events",
    source: "seen: https://github.com/0xPlaygrounds/rig/issues/825",
    ought: "choose the parser by the content type",
    example: "ndjson-for-stream",
    ..Card::PLAIN
};

impl Fault for NdjsonForStream {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        edit::set_header(&mut healthy, "content-type", "application/x-ndjson");
        Ok(edit::each_body(healthy, |bytes, piece| {
            edit::json_of(bytes, piece)
                .map_or_else(Vec::new, |(_, value)| vec![edit::body(format!("{value}\n"), piece)])
        }))
    }
}
