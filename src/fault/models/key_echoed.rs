//! A 401 whose message repeats the key.

use crate::fault::{
    Card, Context, Fault, Kind, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct KeyEchoed;

const CARD: Card = Card {
    code: "U07",
    name: "key-echoed",
    kind: Kind::Reactive,
    shows: &["auth.key-invalid"],
    about: "a 401 whose message repeats the key",
    source: "follows from the protocol",
    ought: "redact it in reports, logs and bug bundles",
    example: "key-echoed",
    ..Card::PLAIN
};

impl Fault for KeyEchoed {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let Some(key) = asked::key(cx.request) else { return Ok(healthy) };
        Ok(voice.refusal(401, &complaint(format!("Incorrect API key provided: {key}"))))
    }
}
