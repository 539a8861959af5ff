//! What Gemini can say.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use provoke::chat::{FinishReason, Message, Part, Reasoning, Request, Response, Role, Usage};
use serde_json::json;

use super::turns::{called, calls, lax, schema_format, thought_and_text};
use super::{answer, call, common, id, image, more_choices, own_id, signed, text, usage, word};

pub(in super::super) fn request() -> impl Strategy<Value = Request> {
    let user =
        vec(prop_oneof![text(), image()], 0..4).prop_map(|parts| vec![Message { role: Role::User, parts }]);
    let answer = (text(), option::of(id())).prop_map(|(text, signature)| {
        let signature =
            signature.map(|signature| Part::Reasoning { text: String::new(), signature: Some(signature) });
        vec![Message { role: Role::Assistant, parts: std::iter::once(text).chain(signature).collect() }]
    });
    let turns = prop_oneof![user, answer, called(thought_and_text(), Role::User, false, true)];
    let reasoning = prop_oneof![
        Just(Reasoning::Off),
        Just(Reasoning::Adaptive),
        any::<u16>().prop_map(|tokens| Reasoning::Budget(u64::from(tokens) + 1)),
        select(vec!["minimal", "low", "medium", "high"]).prop_map(|level| Reasoning::Effort(level.into())),
    ];
    let rest = (vec(turns, 0..4), option::of(reasoning), option::of(schema_format()), any::<bool>());
    (common(), rest).prop_map(|(common, (turns, reasoning, response_format, extra))| Request {
        // The model and whether to stream stand in the URL.
        model: String::new(),
        stream: false,
        messages: turns.into_iter().flatten().collect(),
        tools: lax(common.tools),
        reasoning,
        response_format,
        extra: if extra { vec![("cachedContent".into(), "c".into())] } else { Vec::new() },
        extra_from: Some("gemini"),
        ..common
    })
}

/// A candidate; neighbouring texts would be one.
fn candidate() -> impl Strategy<Value = Vec<Part>> {
    let plain = word().prop_map(|text| Part::Reasoning { text, signature: None });
    let loose =
        id().prop_map(|signature| Part::Reasoning { text: String::new(), signature: Some(signature) });
    let other = word()
        .prop_map(|code| Part::Other(json!({ "executableCode": { "language": "PYTHON", "code": code } })));
    let thought = option::of(prop_oneof![plain, signed()]);
    (thought, option::of(other), option::of(text()), option::of(loose), vec(call(), 0..3)).prop_map(
        |(thought, other, text, loose, calls)| {
            let mut parts: Vec<Part> = thought.into_iter().chain(other).chain(text).chain(loose).collect();
            parts.extend(calls);
            parts.iter_mut().enumerate().for_each(own_id);
            parts
        },
    )
}

pub(in super::super) fn response() -> impl Strategy<Value = Response> {
    let finish = select(vec![
        (FinishReason::Stop, "STOP"),
        (FinishReason::Length, "MAX_TOKENS"),
        (FinishReason::ContentFilter, "SAFETY"),
        (FinishReason::Error, "MALFORMED_FUNCTION_CALL"),
    ]);
    let more = prop_oneof![3 => Just(Vec::new()), 1 => candidate().prop_map(more_choices)];
    (candidate(), more, usage(), any::<u16>(), finish).prop_map(|(parts, more, usage, total, finish)| {
        let usage = Usage { total: Some(total.into()), cache_write: None, ..usage };
        let finish =
            if calls(&parts) && finish.1 == "STOP" { (FinishReason::ToolCalls, "STOP") } else { finish };
        Response { more_choices: more, ..answer(parts, usage, finish) }
    })
}
