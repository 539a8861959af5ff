//! A limit per minute that speaks of an insufficient quota; the next request is healthy.

use crate::fault::{
    Card, Context, Fault, edit,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct QuotaWords;

const CARD: Card = Card {
    code: "L05",
    name: "quota-words",
    times: Some(1),
    shows: &["quota.rate-limited"],
    about: "a limit per minute that speaks of an insufficient quota; the next request is healthy",
    source: "seen: https://github.com/LibreChat-AI/agents/issues/357",
    ought: "do not decide by a word alone: the status says to come back later",
    example: "quota-words",
    ..Card::PLAIN
};

impl Fault for QuotaWords {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let error = complaint("Insufficient quota: too many tokens per minute, try again in 2s");
        let mut timeline = voice.refusal(429, &error);
        edit::set_header(&mut timeline, "retry-after", "2");
        Ok(timeline)
    }
}
