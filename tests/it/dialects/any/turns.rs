//! What the generators of several dialects share.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use provoke::chat::{Message, Part, ResponseFormat, Role, Tool};

use super::{call, id, object, text, word};

/// The turns of a model that calls tools, and of the results after it; `one` message a result, or one for
/// all of them. Results are told by the caller's `role`.
pub(super) fn called(
    before: impl Strategy<Value = Vec<Part>>,
    role: Role,
    one: bool,
    fails: bool,
) -> impl Strategy<Value = Vec<Message>> {
    let result = (option::of(word()), any::<bool>());
    (before, vec((call(), result), 1..3), option::of(id()), any::<u16>()).prop_map(
        move |(mut parts, calls, signature, turn)| {
            // A signature before a call is the call's; only where a failure can be told, one can be told.
            if let Some(signature) = signature.filter(|_| fails) {
                parts.push(Part::Reasoning { text: String::new(), signature: Some(signature) });
            }
            let mut results = Vec::new();
            for (place, (mut call, (said, failed))) in calls.into_iter().enumerate() {
                let Part::ToolCall { id, .. } = &mut call else { continue };
                *id = format!("{id}-{turn}-{place}");
                let said = said.map(Part::Text).into_iter().collect();
                results.push(Part::ToolResult { call: id.clone(), parts: said, is_error: failed && fails });
                parts.push(call);
            }
            let mut turns = vec![Message { role: Role::Assistant, parts }];
            if one {
                turns.extend(results.into_iter().map(|result| Message { role, parts: vec![result] }));
            } else {
                turns.push(Message { role, parts: results });
            }
            turns
        },
    )
}

/// A thought without signature, perhaps, and a text, perhaps.
pub(super) fn thought_and_text() -> impl Strategy<Value = Vec<Part>> {
    let thought = option::of(word().prop_map(|text| Part::Reasoning { text, signature: None }));
    (thought, option::of(text())).prop_map(|(thought, text)| thought.into_iter().chain(text).collect())
}

pub(super) fn schema_format() -> impl Strategy<Value = ResponseFormat> {
    let schema = object().prop_map(|schema| ResponseFormat::JsonSchema {
        name: "output".into(),
        schema,
        strict: Some(true),
    });
    prop_oneof![Just(ResponseFormat::JsonObject), schema]
}

pub(super) fn lax(tools: Vec<Tool>) -> Vec<Tool> {
    tools.into_iter().map(|tool| Tool { strict: None, ..tool }).collect()
}

/// Whether an answer calls tools.
pub(super) fn calls(parts: &[Part]) -> bool {
    parts.iter().any(|part| matches!(part, Part::ToolCall { .. }))
}
