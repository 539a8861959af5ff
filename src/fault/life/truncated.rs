//! The stream ends in good HTTP order, but without a finish reason.

use crate::fault::{AFTER, Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct Truncated;

const CARD: Card = Card {
    code: "T05",
    name: "truncated",
    shows: &["stream.truncated-no-terminal"],
    about: "the stream ends in good HTTP order, but without a finish reason",
    source: "seen: 23 of 13,312 streams in https://github.com/anomalyco/opencode/issues/39968",
    ought: "never a success",
    params: &[AFTER],
    example: "{fault: truncated, after: 2}",
    ..Card::PLAIN
};

impl Fault for Truncated {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let (timeline, _) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        Ok(edit::end_in_order(timeline))
    }
}
