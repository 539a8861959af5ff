//! A character of several bytes is cut over two segments.

use std::time::Duration;

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct Utf8Split;

const CARD: Card = Card {
    code: "S21",
    name: "utf8-split",
    benign: true,
    about: "a character of several bytes is cut over two segments",
    source: "seen: https://github.com/lobehub/lobehub/pull/18640",
    ought: "buffer bytes; no replacement characters",
    example: "utf8-split",
    ..Card::PLAIN
};

const PAUSE: Duration = Duration::from_millis(20);

impl Fault for Utf8Split {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let (place, at) =
            edit::wide_char(&healthy).ok_or_else(|| edit::missing("a character outside ASCII"))?;
        let mut timeline = healthy;
        edit::split(&mut timeline, place, at);
        timeline.acts.insert(place + 1, Act::Wait(PAUSE));
        Ok(timeline)
    }
}
