//! The name of a tool comes with the last piece of its arguments.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::fault::{Card, Context, Fault, calls, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct LateName;

const CARD: Card = Card {
    code: "O15",
    name: "late-name",
    benign: true,
    about: "the name of a tool comes with the last piece of its arguments",
    source: "seen: a check of providers; parsers that wait for the end of the name, as in https://github.com/vllm-project/vllm/pull/35906",
    ought: "hold the arguments back until the name is known",
    example: "late-name",
    ..Card::PLAIN
};

impl Fault for LateName {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        let mut pieces: BTreeMap<u64, u64> = BTreeMap::new();
        calls::each_piece(&mut healthy, |piece| {
            *pieces.entry(calls::index_of(piece)).or_default() += 1;
            false
        });
        pieces.retain(|_, count| *count > 1);
        if pieces.is_empty() {
            return Err(edit::missing("a tool call in pieces"));
        }
        let mut names = BTreeMap::new();
        calls::each_piece(&mut healthy, |piece| {
            let index = calls::index_of(piece);
            let Some(left) = pieces.get_mut(&index) else { return false };
            *left -= 1;
            let Some(function) = piece.get_mut("function").and_then(Value::as_object_mut) else {
                return false;
            };
            if let Some(name) = function.remove("name") {
                names.entry(index).or_insert(name);
            }
            if let (0, Some(name)) = (*left, names.get(&index)) {
                function.insert("name".to_owned(), name.clone());
            }
            true
        });
        Ok(healthy)
    }
}
