//! An event field without a name stands in every record.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct EmptyEventName;

const CARD: Card = Card {
    code: "S14",
    name: "empty-event-name",
    benign: true,
    about: "an event field without a name stands first in every record",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "no name is the name `message`; a name that follows in the record holds",
    example: "empty-event-name",
    ..Card::PLAIN
};

impl Fault for EmptyEventName {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::with_line(healthy, b"event:\n"))
    }
}
