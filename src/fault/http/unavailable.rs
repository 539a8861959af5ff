//! Every request gets a 503.

use crate::fault::{
    Card, Context, Fault, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct Unavailable;

const CARD: Card = Card {
    code: "H02",
    name: "unavailable",
    shows: &["provider.server-error"],
    about: "every request gets a 503",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "fail over inside the budget of attempts",
    params: &[MESSAGE],
    example: "unavailable",
    ..Card::PLAIN
};

const MESSAGE: Param =
    Param::text("message", Some("The service is temporarily unavailable"), "the message for people");

impl Fault for Unavailable {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        Ok(voice.refusal(503, &error))
    }
}
