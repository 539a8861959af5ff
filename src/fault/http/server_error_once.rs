//! The first request gets a 500, the next ones are healthy.

use crate::fault::{
    Card, Context, Fault, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ServerErrorOnce;

const CARD: Card = Card {
    code: "H01",
    name: "server-error-once",
    times: Some(1),
    shows: &["provider.server-error"],
    about: "the first request gets a 500, the next ones are healthy",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "retry the same target once",
    params: &[MESSAGE],
    example: "server-error-once",
    ..Card::PLAIN
};

const MESSAGE: Param = Param::text("message", Some("Internal server error"), "the message for people");

impl Fault for ServerErrorOnce {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        Ok(voice.refusal(500, &error))
    }
}
