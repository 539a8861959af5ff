//! Every request gets a 500.

use crate::fault::{
    Card, Context, Fault, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ServerError;

const CARD: Card = Card {
    code: "Z04",
    name: "server-error",
    shows: &["provider.server-error"],
    about: "every request gets a 500",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "fail over inside the budget of attempts",
    params: &[MESSAGE],
    example: "server-error",
    ..Card::PLAIN
};

const MESSAGE: Param = Param::text("message", Some("Internal server error"), "the message for people");

impl Fault for ServerError {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        Ok(voice.refusal(500, &error))
    }
}
