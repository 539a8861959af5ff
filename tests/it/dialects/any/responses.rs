//! What the Responses dialect can say.

use super::*;

/// A turn of the model's, as items; two calls with one id are a fault of their own.
fn parts() -> impl Strategy<Value = Vec<Part>> {
    let unsigned = word().prop_map(|text| Part::Reasoning { text, signature: None });
    let refusal = word().prop_map(Part::Refusal);
    let other = object().prop_map(|action| {
        Part::Other(
            json!({ "type": "web_search_call", "id": "ws_1", "status": "completed", "action": action }),
        )
    });
    let cited = object().prop_map(|note| {
        vec![Part::Text("cited".into()), Part::Other(json!({ "output_text.annotations": [note] }))]
    });
    let one = prop_oneof![text(), call(), signed(), unsigned, redacted(), refusal, other]
        .prop_map(|part| vec![part]);
    vec(prop_oneof![6 => one, 1 => cited], 0..6).prop_map(|parts| {
        let mut parts = parts.concat();
        parts.iter_mut().enumerate().for_each(own_id);
        parts
    })
}

pub(in super::super) fn request() -> impl Strategy<Value = Request> {
    let file = id().prop_map(|id| Part::Other(json!({ "type": "input_file", "file_id": id })));
    let user =
        vec(prop_oneof![text(), image(), file], 1..4).prop_map(|parts| Message { role: Role::User, parts });
    let result = (id(), vec(prop_oneof![text(), image()], 0..3)).prop_map(|(call, parts)| Message {
        role: Role::Tool,
        parts: vec![Part::ToolResult { call, parts, is_error: false }],
    });
    let system = vec(text(), 1..3).prop_map(|parts| Message { role: Role::System, parts });
    let assistant = parts().prop_map(|parts| Message { role: Role::Assistant, parts });
    let turn = (prop_oneof![user.clone(), result, system], assistant, any::<bool>());
    let messages = (user, vec(turn, 0..3)).prop_map(|(first, turns)| {
        let turns = turns.into_iter().flat_map(|(turn, answer, answered)| {
            // An answer that says nothing has no item.
            let answered = answered && !answer.parts.is_empty();
            std::iter::once(turn).chain(answered.then_some(answer))
        });
        std::iter::once(first).chain(turns).collect::<Vec<_>>()
    });
    let reasoning = prop_oneof![
        Just(Reasoning::Off),
        select(vec!["low", "xhigh"]).prop_map(|level| Reasoning::Effort(level.into()))
    ];
    let schema = (id(), object(), option::of(any::<bool>()))
        .prop_map(|(name, schema, strict)| ResponseFormat::JsonSchema { name, schema, strict });
    let format = prop_oneof![Just(ResponseFormat::JsonObject), schema];
    let rest = (option::of(reasoning), option::of(format), option::of(any::<bool>()), any::<bool>());
    (common(), messages, rest).prop_map(
        |(common, messages, (reasoning, response_format, parallel_tool_calls, extra))| Request {
            messages,
            reasoning,
            response_format,
            parallel_tool_calls,
            stop: Vec::new(),
            extra: if extra { vec![("store".into(), false.into())] } else { Vec::new() },
            extra_from: Some("openai_responses"),
            ..common
        },
    )
}

pub(in super::super) fn response() -> impl Strategy<Value = Response> {
    let cut = select(vec![
        None,
        Some((FinishReason::Length, "incomplete:max_output_tokens")),
        Some((FinishReason::ContentFilter, "incomplete:content_filter")),
    ]);
    (parts(), usage(), any::<u16>(), cut).prop_map(|(parts, usage, total, cut)| {
        let calls = parts.iter().any(|part| matches!(part, Part::ToolCall { .. }));
        let done = (if calls { FinishReason::ToolCalls } else { FinishReason::Stop }, "completed");
        let usage = Usage { total: Some(total.into()), ..usage };
        answer(parts, usage, cut.unwrap_or(done))
    })
}
