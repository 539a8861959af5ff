//! Every tool call of the answer has the same id.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct IdDup;

const CARD: Card = Card {
    code: "O17",
    name: "id-dup",
    shows: &["tool.duplicate-id"],
    about: "every tool call of the answer has the same id",
    source: "seen: https://github.com/can1357/oh-my-pi/pull/2057",
    ought: "rename within the limits of an id, so that each result finds its call",
    example: "id-dup",
    ..Card::PLAIN
};

impl Fault for IdDup {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let (mut first, mut changes) = (None, 0);
        edit::each_json(&mut healthy, |_, value| {
            let Some(id) = voice.call_id_mut(value) else { return false };
            let first = first.get_or_insert_with(|| id.clone());
            let other = first != id;
            *id = first.clone();
            changes += usize::from(other);
            other
        });
        if changes == 0 { Err(edit::missing("two tool calls")) } else { Ok(healthy) }
    }
}
