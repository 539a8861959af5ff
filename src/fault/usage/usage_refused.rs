//! The usage that was asked for never comes.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct UsageRefused;

const CARD: Card = Card {
    code: "O04",
    name: "usage-refused",
    benign: true,
    about: "the usage that was asked for never comes",
    source: "seen: https://github.com/Lore-Hex/quill-router/pull/535",
    ought: "the answer is whole; whoever bills must estimate, and mark it as an estimate",
    example: "usage-refused",
    ..Card::PLAIN
};

impl Fault for UsageRefused {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        let before = healthy.clone();
        healthy.acts.retain(|act| !only_usage(act));
        edit::each_json(&mut healthy, |_, value| {
            value.as_object_mut().is_some_and(|chunk| chunk.remove("usage").is_some())
        });
        if healthy == before { Err(edit::missing("a usage")) } else { Ok(healthy) }
    }
}

/// Whether a record is there for the usage alone.
fn only_usage(act: &Act) -> bool {
    let Act::Body { bytes, piece } = act else { return false };
    edit::json_of(bytes, *piece).is_some_and(|(_, value)| {
        value["usage"].is_object() && value["choices"].as_array().is_some_and(Vec::is_empty)
    })
}
