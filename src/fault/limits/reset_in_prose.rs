//! A 429 that says only in its prose when the limit opens again.

use crate::fault::{
    Card, Context, Fault, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ResetInProse;

const CARD: Card = Card {
    code: "L08",
    name: "reset-in-prose",
    shows: &["quota.rate-limited"],
    about: "every request gets a 429 that says only in its prose when the limit opens again",
    source: "seen: 8,826 hits of one account, https://github.com/diegosouzapw/OmniRoute/issues/858",
    ought: "cool down for that long and no longer; fail over meanwhile",
    params: &[IN],
    example: "{fault: reset-in-prose, in: 27h41m36s}",
    ..Card::PLAIN
};

const IN: Param = Param::text("in", Some("27h41m36s"), "the time that the prose names, as it is sent");

impl Fault for ResetInProse {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let span = cx.args.text(&IN)?.unwrap_or_default();
        let message = format!("You have used up your quota. Your quota will reset after {span}.");
        Ok(voice.refusal(429, &complaint(message)))
    }
}
