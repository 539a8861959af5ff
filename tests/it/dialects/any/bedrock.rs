//! What Converse can say.

use super::*;

/// Turns of Converse alternate, and have something in them.
pub(in super::super) fn request() -> impl Strategy<Value = Request> {
    let result = (id(), vec(prop_oneof![solid(), png()], 0..3), any::<bool>())
        .prop_map(|(call, parts, is_error)| Part::ToolResult { call, parts, is_error });
    let other = select(vec![json!({ "cachePoint": { "type": "default" } }), json!({ "guardContent": {} })]);
    let user = vec(prop_oneof![solid(), png(), result, other.prop_map(Part::Other)], 1..4);
    let unsigned = solid_word().prop_map(|text| Part::Reasoning { text, signature: None });
    let assistant = vec(prop_oneof![solid(), call(), signed(), unsigned, redacted()], 1..4);
    let turns = vec((user, assistant), 0..3).prop_map(|turns| {
        let message = |role, parts| Message { role, parts };
        let both = turns
            .into_iter()
            .map(|(user, assistant)| [message(Role::User, user), message(Role::Assistant, assistant)]);
        both.flatten().collect::<Vec<_>>()
    });
    let reasoning = prop_oneof![
        Just(Reasoning::Off),
        Just(Reasoning::Adaptive),
        any::<u16>().prop_map(|tokens| Reasoning::Budget(tokens.into())),
        select(vec!["low", "medium", "high", "max"]).prop_map(|level| Reasoning::Effort(level.into())),
    ];
    let format = (id(), object()).prop_map(|(name, schema)| ResponseFormat::JsonSchema {
        name,
        schema,
        strict: Some(true),
    });
    let extra = select(vec![
        Vec::new(),
        vec![("guardrailConfig".to_owned(), json!({ "guardrailIdentifier": "g" }))],
        vec![("additionalModelRequestFields".to_owned(), json!({ "top_k": 5 }))],
    ]);
    let rest = (turns, option::of(reasoning), option::of(format), extra);
    (common(), rest).prop_map(|(common, (messages, reasoning, response_format, extra))| Request {
        model: String::new(),
        system: common.system.into_iter().filter(|said| !said.is_empty()).collect(),
        tools: on_offer(common.tools),
        stream: false,
        messages,
        reasoning,
        response_format,
        extra,
        extra_from: Some("bedrock_converse"),
        ..common
    })
}

/// Calls and results are only said where a tool is on offer.
fn on_offer(tools: Vec<Tool>) -> Vec<Tool> {
    if !tools.is_empty() {
        return tools;
    }
    vec![Tool { name: "t".into(), description: None, parameters: json!({}), strict: None }]
}

fn solid_word() -> impl Strategy<Value = String> {
    word().prop_filter("a blank text is no text", |said| !said.trim().is_empty())
}

fn solid() -> impl Strategy<Value = Part> {
    solid_word().prop_map(Part::Text)
}

fn png() -> impl Strategy<Value = Part> {
    Just(Part::Image(ImageSource::Base64 { media_type: "image/png".into(), data: "iVBORw0KGgo=".into() }))
}

pub(in super::super) fn response() -> impl Strategy<Value = Response> {
    let unsigned = word().prop_map(|text| Part::Reasoning { text, signature: None });
    let server = (id(), object()).prop_map(|(id, input)| {
        let call =
            json!({ "toolUseId": id, "name": "nova_grounding", "type": "server_tool_use", "input": input });
        vec![Part::Other(json!({ "toolUse": call }))]
    });
    let result = id().prop_map(|id| {
        let result = json!({ "toolUseId": id, "type": "grounding", "status": "success", "content": [{ "text": "x" }] });
        vec![Part::Other(json!({ "toolResult": result }))]
    });
    let cited = (word(), any::<bool>()).prop_map(|(said, whole)| {
        let mut told = json!({ "citationsContent": { "citations": [{ "title": "t" }] } });
        if whole {
            told["citationsContent"]["content"] = json!([{ "text": said }]);
        }
        let text = whole.then(|| Part::Text(said));
        text.into_iter().chain([Part::Other(told)]).collect::<Vec<_>>()
    });
    let plain = prop_oneof![text(), call(), signed(), unsigned, redacted()].prop_map(|part| vec![part]);
    let parts = prop_oneof![6 => plain, 1 => server, 1 => result, 2 => cited];
    let finish = select(vec![
        (FinishReason::Stop, "end_turn"),
        (FinishReason::Stop, "stop_sequence"),
        (FinishReason::Length, "max_tokens"),
        (FinishReason::ToolCalls, "tool_use"),
        (FinishReason::ContentFilter, "guardrail_intervened"),
        (FinishReason::Error, "malformed_tool_use"),
    ]);
    (vec(parts, 0..5), usage(), any::<u16>(), finish).prop_map(|(parts, usage, total, finish)| {
        let usage = Usage { total: Some(total.into()), reasoning: None, ..usage };
        let parts = parts.into_iter().flatten().collect();
        Response { id: None, model: None, ..answer(parts, usage, finish) }
    })
}
