//! A 413, and a reset behind it: nobody reads the rest of the request.

use crate::fault::{
    Card, Context, Fault,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct Early413Reset;

const CARD: Card = Card {
    code: "C13",
    name: "early-413-reset",
    shows: &["limit.context-overflow"],
    about: "a 413 whose connection is reset behind it, as by a server that reads no more of the request",
    source: "follows from the protocol",
    ought: "read the answer before the broken connection is reported: the error is the 413",
    example: "early-413-reset",
    ..Card::PLAIN
};

impl Fault for Early413Reset {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let mut timeline = voice.refusal(413, &complaint("The request is larger than this server takes"));
        timeline.acts.push(Act::Reset);
        Ok(timeline)
    }
}
