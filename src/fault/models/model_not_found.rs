//! A 404: the model does not exist, always or for one id.

use crate::fault::{Card, Context, Fault, Kind, Param, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ModelNotFound;

const CARD: Card = Card {
    code: "X06",
    name: "model-not-found",
    kind: Kind::Reactive,
    shows: &["model.alias-mismatch"],
    about: "a 404: the model does not exist, always or for one id",
    source: "seen: listed models that are dead, https://github.com/Lore-Hex/quill-router/pull/535",
    ought: "no retry; next target; name the model and the nearest id",
    params: &[MODEL],
    example: "{fault: model-not-found, model: gpt-nope}",
    ..Card::PLAIN
};

const MODEL: Param = Param::text("model", None, "the id that does not exist; absent: none does");

impl Fault for ModelNotFound {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        if cx.args.text(&MODEL)?.is_some_and(|model| model != cx.model) {
            return Ok(healthy);
        }
        Ok(voice.unknown_model(cx.model))
    }
}
