//! The answer names another model than was asked for.

use crate::fault::{Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ServedModel;

const CARD: Card = Card {
    code: "X02",
    name: "served-model",
    shows: &["model.silent-substitution"],
    about: "the answer names another model than was asked for",
    source: "seen: https://github.com/anomalyco/opencode/issues/38543",
    ought: "record both: the model asked for and the model served",
    params: &[MODEL],
    example: "{fault: served-model, model: cheap-mini}",
    ..Card::PLAIN
};

const MODEL: Param = Param::text("model", Some("another-model-mini"), "the model that the answer names");

impl Fault for ServedModel {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let served = cx.args.text(&MODEL)?.unwrap_or_default();
        let changes = edit::each_json(&mut healthy, |_, value| {
            voice.model_mut(value).map(|model| *model = served.as_str().into()).is_some()
        });
        if changes == 0 { Err(edit::missing("a model name")) } else { Ok(healthy) }
    }
}
