//! All tool calls come whole, in one delta.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Map, Value};

use crate::fault::{Card, Context, Fault, calls, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct TwoCallsOneDelta;

const CARD: Card = Card {
    code: "O11",
    name: "two-calls-one-delta",
    benign: true,
    about: "all tool calls come whole, in one delta",
    source: "seen: https://github.com/vllm-project/vllm/pull/53965",
    ought: "take every call of a delta",
    example: "two-calls-one-delta",
    ..Card::PLAIN
};

impl Fault for TwoCallsOneDelta {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        calls::need_two(&healthy)?;
        let mut whole: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
        calls::each_piece(&mut healthy, |piece| {
            match whole.entry(calls::index_of(piece)) {
                Entry::Vacant(free) => drop(free.insert(piece.clone())),
                Entry::Occupied(mut call) => add_arguments(call.get_mut(), piece),
            }
            false
        });
        let (mut all, mut extra) = (Some(Value::from_iter(whole.into_values())), Vec::new());
        for (place, act) in healthy.acts.iter_mut().enumerate() {
            let Act::Body { bytes, piece } = act else { continue };
            let Some((range, mut value)) = edit::json_of(bytes, *piece) else { continue };
            let Some(pieces) = value.pointer_mut("/choices/0/delta/tool_calls") else { continue };
            match all.take() {
                Some(all) => {
                    *pieces = all;
                    *bytes = edit::with_data(bytes, &range, value.to_string().as_bytes());
                }
                None => extra.push(place),
            }
        }
        extra.into_iter().rev().for_each(|place| drop(healthy.acts.remove(place)));
        Ok(healthy)
    }
}

fn add_arguments(call: &mut Map<String, Value>, piece: &Map<String, Value>) {
    let more = calls::function_text(piece, "arguments").unwrap_or_default();
    let function = call.get_mut("function").and_then(|function| function.get_mut("arguments"));
    if let Some(Value::String(arguments)) = function {
        arguments.push_str(more);
    }
}
