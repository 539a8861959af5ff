//! Tool calls inside the records of a stream, for faults to spoil.

use serde_json::{Map, Value};

use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

use super::edit;
use super::voice::Voice;

/// The pieces of tool calls that a chat record carries.
pub(super) fn pieces(value: &mut Value) -> Option<&mut Vec<Value>> {
    value.pointer_mut("/choices/0/delta/tool_calls")?.as_array_mut()
}

/// Lets `change` edit every piece of a call in a chat stream; it says whether it did. Gives the
/// number of changes.
pub(super) fn each_piece(
    timeline: &mut Timeline,
    mut change: impl FnMut(&mut Map<String, Value>) -> bool,
) -> usize {
    let mut changes = 0;
    edit::each_json(timeline, |_, value| {
        let found = pieces(value).into_iter().flatten().filter_map(Value::as_object_mut);
        let here = found.filter_map(|piece| change(piece).then_some(())).count();
        changes += here;
        here > 0
    });
    changes
}

/// The call that a piece belongs to, by its index.
pub(super) fn index_of(piece: &Map<String, Value>) -> u64 {
    piece.get("index").and_then(Value::as_u64).unwrap_or_default()
}

/// A field of a piece's function, unless it is absent or empty.
pub(super) fn function_text<'a>(piece: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    piece.get("function")?.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Refuses a chat stream that has fewer than two calls.
pub(super) fn need_two(timeline: &Timeline) -> Result<(), Problem> {
    let mut copy = timeline.clone();
    let mut last = 0;
    each_piece(&mut copy, |piece| {
        last = last.max(index_of(piece));
        false
    });
    if last > 0 { Ok(()) } else { Err(edit::missing("two tool calls")) }
}

impl Voice {
    /// The records with arguments, call by call: their places, in order.
    pub(super) fn calls_with_arguments(self, timeline: &Timeline) -> Vec<Vec<usize>> {
        let mut calls: Vec<(u64, Vec<usize>)> = Vec::new();
        for place in self.argument_places(timeline) {
            let Some(Act::Body { bytes, piece }) = timeline.acts.get(place) else { continue };
            let Some((_, value)) = edit::json_of(bytes, *piece) else { continue };
            let index = match self {
                Self::OpenAiChat => &value["choices"][0]["delta"]["tool_calls"][0]["index"],
                Self::Anthropic => &value["index"],
            };
            let index = index.as_u64().unwrap_or_default();
            match calls.iter_mut().find(|(known, _)| *known == index) {
                Some((_, places)) => places.push(place),
                None => calls.push((index, vec![place])),
            }
        }
        calls.into_iter().map(|(_, places)| places).collect()
    }

    /// The id of a tool call that begins here.
    pub(super) fn call_id_mut(self, value: &mut Value) -> Option<&mut Value> {
        let place = match self {
            Self::OpenAiChat => "/choices/0/delta/tool_calls/0/id",
            Self::Anthropic => "/content_block/id",
        };
        value.pointer_mut(place).filter(|id| id.is_string())
    }
}
