//! An error whose body has another provider's shape: the error is a word, the message stands beside it.

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct AlienEnvelope;

const CARD: Card = Card {
    code: "H14",
    name: "alien-envelope",
    shows: &["quota.rate-limited"],
    about: "an error whose body has another provider's shape: the error is a word, the message stands beside it",
    source: "seen: https://github.com/LibreChat-AI/agents/issues/357",
    ought: "keep the raw body; classify by status and all fields",
    example: "alien-envelope",
    ..Card::PLAIN
};

const BODY: &str =
    r#"{"status":429,"error":"INSUFFICIENT QUOTA","message":"Quota is used up for this minute"}"#;

impl Fault for AlienEnvelope {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline::whole(429, "application/json", BODY))
    }
}
