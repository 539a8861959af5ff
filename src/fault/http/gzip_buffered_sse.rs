//! The stream comes compressed, and all of it at the end.

use crate::fault::{
    Card, Context, Fault, edit,
    gzip::{HEADER, stored},
};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct GzipBufferedSse;

const CARD: Card = Card {
    code: "H09",
    name: "gzip-buffered-sse",
    shows: &["stream.content-encoding"],
    about: "the stream comes compressed, although nobody asked; what can be unpacked comes only at the end",
    source: "seen: https://github.com/Wei-Shaw/sub2api/issues/4691",
    ought: "ask for `identity`; refuse a coding that was not asked for, by its name",
    example: "gzip-buffered-sse",
    ..Card::PLAIN
};

impl Fault for GzipBufferedSse {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let whole: Vec<u8> = edit::bodies(&healthy).flat_map(|(bytes, _)| bytes.to_vec()).collect();
        let (mut timeline, rest) = edit::cut(healthy, 0)?;
        edit::set_header(&mut timeline, "content-encoding", "gzip");
        let rest = rest.into_iter().filter(|act| !matches!(act, Act::Body { .. }));
        let (waits, ends): (Vec<Act>, Vec<Act>) = rest.partition(|act| matches!(act, Act::Wait(_)));
        timeline.acts.push(edit::body(HEADER, Piece::Frame));
        timeline.acts.extend(waits);
        timeline.acts.push(edit::body(stored(&whole), Piece::Content));
        timeline.acts.extend(ends);
        Ok(timeline)
    }
}
