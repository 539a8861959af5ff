//! The record with the usage comes twice.

use serde_json::Value;

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct UsageRepeated;

const CARD: Card = Card {
    code: "Z16",
    name: "usage-repeated",
    benign: true,
    about: "the record with the usage comes twice",
    source: "seen: usage that repeats totals, A01, https://github.com/tensorzero/tensorzero/issues/5481",
    ought: "set the usage, do not add it up",
    example: "usage-repeated",
    ..Card::PLAIN
};

impl Fault for UsageRepeated {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let place = healthy.acts.iter().rposition(|act| match act {
            Act::Body { bytes, piece } => edit::json_of(bytes, *piece)
                .is_some_and(|(_, value)| value.get("usage").is_some_and(Value::is_object)),
            _ => false,
        });
        let place = place.ok_or_else(|| edit::missing("a usage"))?;
        let again = healthy.acts[place].clone();
        healthy.acts.insert(place, again);
        Ok(healthy)
    }
}
