//! Every piece of a tool call repeats its id, type and name.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::fault::{Card, Context, Fault, calls, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct IdRepeated;

const CARD: Card = Card {
    code: "O10",
    name: "id-repeated",
    benign: true,
    about: "every piece of a tool call repeats its id, type and name",
    source: "seen: https://github.com/SillyTavern/SillyTavern/pull/5827",
    ought: "set them, do not append them",
    example: "id-repeated",
    ..Card::PLAIN
};

impl Fault for IdRepeated {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        let mut known = BTreeMap::new();
        let mut changes = 0;
        calls::each_piece(&mut healthy, |piece| {
            let index = calls::index_of(piece);
            if let (Some(id), Some(name)) = (piece.get("id"), calls::function_text(piece, "name")) {
                known.insert(index, (id.clone(), name.to_owned()));
                return false;
            }
            let Some((id, name)) = known.get(&index) else { return false };
            piece.insert("id".to_owned(), id.clone());
            piece.insert("type".to_owned(), "function".into());
            if let Some(function) = piece.get_mut("function").and_then(Value::as_object_mut) {
                function.insert("name".to_owned(), name.as_str().into());
            }
            changes += 1;
            true
        });
        if changes == 0 { Err(edit::missing("a tool call in pieces")) } else { Ok(healthy) }
    }
}
