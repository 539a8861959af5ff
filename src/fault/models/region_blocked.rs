//! A 403: the model is closed to the region or account.

use crate::fault::{
    Card, Context, Fault, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct RegionBlocked;

const CARD: Card = Card {
    code: "U06",
    name: "region-blocked",
    shows: &["auth.forbidden"],
    about: "a 403: the model is closed to the region or account",
    source: "the catalogue lists it without a thread; follows from the protocol",
    ought: "not retryable; next target",
    params: &[MESSAGE],
    example: "region-blocked",
    ..Card::PLAIN
};

const MESSAGE: Param =
    Param::text("message", Some("This model is not available in your region"), "the message for people");

impl Fault for RegionBlocked {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let error = complaint(cx.args.text(&MESSAGE)?.unwrap_or_default());
        Ok(voice.refusal(403, &error))
    }
}
