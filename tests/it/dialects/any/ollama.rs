//! What Ollama can say.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use provoke::chat::{FinishReason, ImageSource, Message, Part, Reasoning, Request, Response, Role, Usage};

use super::turns::{called, calls, lax, schema_format, thought_and_text};
use super::{answer, call, common, own_id, text, usage};

pub(in super::super) fn request() -> impl Strategy<Value = Request> {
    let picture = ImageSource::Base64 { media_type: "image/png".into(), data: "iVBORw0KGgo=".into() };
    let user = (option::of(text()), vec(Just(Part::Image(picture)), 0..3))
        .prop_map(|(text, pictures)| {
            vec![Message { role: Role::User, parts: text.into_iter().chain(pictures).collect() }]
        })
        .boxed();
    let answer = thought_and_text().prop_map(|parts| vec![Message { role: Role::Assistant, parts }]);
    let turns = prop_oneof![user.clone(), answer, called(thought_and_text(), Role::Tool, true, false)];
    let reasoning = prop_oneof![
        Just(Reasoning::Off),
        Just(Reasoning::Adaptive),
        select(vec!["low", "medium", "high"]).prop_map(|level| Reasoning::Effort(level.into())),
    ];
    let messages = (user, vec(turns, 0..4));
    let rest = (messages, option::of(reasoning), option::of(schema_format()), any::<bool>());
    (common(), rest).prop_map(|(common, ((first, turns), reasoning, response_format, extra))| Request {
        messages: first.into_iter().chain(turns.into_iter().flatten()).collect(),
        tools: lax(common.tools),
        tool_choice: None,
        reasoning,
        response_format,
        extra: if extra { vec![("keep_alive".into(), "5m".into())] } else { Vec::new() },
        extra_from: Some("ollama"),
        ..common
    })
}

pub(in super::super) fn response() -> impl Strategy<Value = Response> {
    let finish = select(vec![(FinishReason::Stop, "stop"), (FinishReason::Length, "length")]);
    (thought_and_text(), vec(call(), 0..3), usage(), finish).prop_map(|(mut parts, made, usage, finish)| {
        parts.extend(made);
        parts.iter_mut().enumerate().for_each(own_id);
        let usage = Usage { input: usage.input, output: usage.output, ..Usage::default() };
        let finish =
            if calls(&parts) && finish.1 == "stop" { (FinishReason::ToolCalls, "stop") } else { finish };
        Response { id: None, ..answer(parts, usage, finish) }
    })
}
