//! Content-length promises more bytes than come; then the connection closes.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Framing, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ShortLength;

const CARD: Card = Card {
    code: "H07",
    name: "short-length",
    shows: &["stream.broken-framing", "stream.truncated-no-terminal"],
    about: "content-length promises more bytes than come; then the connection closes",
    source: "follows from the protocol",
    ought: "an error, not a truncated success; an answer that is whole by its dialect may be given",
    params: &[MISSING],
    example: "{fault: short-length, missing: 64}",
    ..Card::PLAIN
};

const MISSING: Param =
    Param::count("missing", 1_000_000, "100", "how many promised bytes do not come; at least 1");

impl Fault for ShortLength {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        healthy.body_start().ok_or_else(|| edit::missing("a body"))?;
        let missing = cx.args.count(&MISSING)?.max(1);
        let promised = edit::body_len(&healthy).saturating_add(missing);
        edit::frame(&mut healthy, Framing::FixedLength(promised));
        let mut timeline = edit::without_end(healthy);
        timeline.acts.push(Act::Close);
        Ok(timeline)
    }
}
