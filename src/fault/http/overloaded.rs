//! A 529, as one provider says that it is overloaded.

use crate::fault::{
    Card, Context, Fault, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct Overloaded;

const CARD: Card = Card {
    code: "H03",
    name: "overloaded",
    shows: &["provider.overloaded"],
    about: "a 529, as one provider says that it is overloaded",
    source: "seen: https://github.com/earendil-works/pi/pull/8593",
    ought: "retryable; a target of another family first",
    params: &[MESSAGE],
    example: "overloaded",
    ..Card::PLAIN
};

const MESSAGE: Param = Param::text("message", Some("Overloaded"), "the message for people");

impl Fault for Overloaded {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        Ok(voice.refusal(529, &error))
    }
}
