//! The answer names the dated snapshot of the model that was asked for.

use crate::fault::{Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct DatedSnapshot;

const CARD: Card = Card {
    code: "X03",
    name: "dated-snapshot",
    benign: true,
    about: "the answer names the dated snapshot of the model that was asked for",
    source: "seen: https://github.com/nex-crm/wuphf/issues/827",
    ought: "the same family: find its price, raise no alarm",
    params: &[DATE],
    example: "{fault: dated-snapshot, date: '2026-07-09'}",
    ..Card::PLAIN
};

const DATE: Param = Param::text("date", Some("2026-07-09"), "the date behind the id");

impl Fault for DatedSnapshot {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let date = cx.args.text(&DATE)?.unwrap_or_default();
        let changes = edit::each_json(&mut healthy, |_, value| {
            voice.model_mut(value).map(|model| *model = format!("{}-{date}", cx.model).into()).is_some()
        });
        if changes == 0 { Err(edit::missing("a model name")) } else { Ok(healthy) }
    }
}
