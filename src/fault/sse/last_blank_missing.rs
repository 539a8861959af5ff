//! The last record lacks the blank line that would dispatch it.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct LastBlankMissing;

const CARD: Card = Card {
    code: "S20",
    name: "last-blank-missing",
    shows: &["stream.last-record-unfinished"],
    about: "the last record lacks the blank line that would dispatch it",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "by the standard it is dropped; report which reading a system takes",
    example: "last-blank-missing",
    ..Card::PLAIN
};

impl Fault for LastBlankMissing {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let last = healthy.acts.iter_mut().rev().find_map(|act| match act {
            Act::Body { bytes, .. } => Some(bytes),
            _ => None,
        });
        if let Some(bytes) = last {
            *bytes = bytes.slice(..bytes.len().min(bytes.trim_ascii_end().len() + 1));
        }
        Ok(healthy)
    }
}
