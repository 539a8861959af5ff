//! A 402: the account has no credit.

use crate::fault::{
    Card, Context, Fault, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct Billing;

const CARD: Card = Card {
    code: "L09",
    name: "billing",
    shows: &["quota.exhausted"],
    about: "a 402: the account has no credit",
    source: "seen: https://github.com/anthropics/claude-code/issues/82991",
    ought: "no retry; fail over where the user allows it; say that it is the account",
    params: &[MESSAGE],
    example: "billing",
    ..Card::PLAIN
};

const MESSAGE: Param =
    Param::text("message", Some("Your credit balance is too low"), "the message for people");

impl Fault for Billing {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        Ok(voice.refusal(402, &error))
    }
}
