//! Random requests, answers and streams, within what each dialect can say.

pub(super) mod bedrock;
pub(super) mod gemini;
pub(super) mod ollama;
pub(super) mod responses;
mod turns;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use provoke::chat::{
    Event, Finish, FinishReason, ImageSource, Message, Part, PartKind, Reasoning, Request, Response,
    ResponseFormat, Role, Tool, ToolChoice, Usage,
};
use serde_json::{Value, json};

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Zäß☕0-9 \"\\\\\n]{1,8}"
}

fn id() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_-]{1,8}"
}

fn object() -> impl Strategy<Value = Value> {
    vec((id(), prop_oneof![any::<i32>().prop_map(Value::from), word().prop_map(Value::from)]), 0..3)
        .prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

fn eighths() -> impl Strategy<Value = f64> {
    (0_u8..=8).prop_map(|eighths| f64::from(eighths) / 8.0)
}

fn text() -> impl Strategy<Value = Part> {
    word().prop_map(Part::Text)
}

fn image() -> impl Strategy<Value = Part> {
    prop_oneof![
        Just(ImageSource::Base64 { media_type: "image/png".into(), data: "iVBORw0KGgo=".into() }),
        id().prop_map(|id| ImageSource::Url(format!("https://example.com/{id}"))),
    ]
    .prop_map(Part::Image)
}

fn call() -> impl Strategy<Value = Part> {
    (id(), id(), object()).prop_map(|(id, name, input)| Part::ToolCall {
        id,
        name,
        arguments: input.to_string(),
    })
}

fn signed() -> impl Strategy<Value = Part> {
    (word(), id()).prop_map(|(text, signature)| Part::Reasoning { text, signature: Some(signature) })
}

fn redacted() -> impl Strategy<Value = Part> {
    id().prop_map(Part::RedactedReasoning)
}

fn tools() -> impl Strategy<Value = Vec<Tool>> {
    let tool = (id(), option::of(word()), object(), option::of(any::<bool>()));
    vec(
        tool.prop_map(|(name, description, parameters, strict)| Tool {
            name,
            description,
            parameters,
            strict,
        }),
        0..3,
    )
}

fn tool_choice() -> impl Strategy<Value = ToolChoice> {
    prop_oneof![Just(ToolChoice::Auto), Just(ToolChoice::Required), id().prop_map(ToolChoice::Named),]
}

/// What every dialect says alike.
fn common() -> impl Strategy<Value = Request> {
    let sampling = (option::of(eighths()), option::of(eighths()), vec(word(), 0..3), any::<bool>());
    (id(), vec(word(), 0..3), tools(), option::of(tool_choice()), any::<u16>(), sampling).prop_map(
        |(model, system, tools, tool_choice, max, (temperature, top_p, stop, stream))| Request {
            model,
            system,
            tools,
            tool_choice,
            max_tokens: Some(max.into()),
            temperature,
            top_p,
            stop,
            stream,
            ..Request::default()
        },
    )
}

pub(super) fn anthropic_request() -> impl Strategy<Value = Request> {
    let result = (id(), vec(prop_oneof![text(), image()], 0..3), any::<bool>())
        .prop_map(|(call, parts, is_error)| Part::ToolResult { call, parts, is_error });
    let other = object().prop_map(|source| Part::Other(json!({ "type": "document", "source": source })));
    let user = vec(prop_oneof![text(), image(), result, other], 0..4);
    let assistant = vec(prop_oneof![text(), call(), signed(), redacted()], 0..4);
    let turn = prop_oneof![
        user.prop_map(|parts| Message { role: Role::User, parts }),
        assistant.prop_map(|parts| Message { role: Role::Assistant, parts }),
    ];
    let reasoning = prop_oneof![
        Just(Reasoning::Off),
        Just(Reasoning::Adaptive),
        any::<u16>().prop_map(|tokens| Reasoning::Budget(tokens.into())),
        select(vec!["low", "medium", "high", "max"]).prop_map(|level| Reasoning::Effort(level.into())),
    ];
    let format = object().prop_map(|schema| ResponseFormat::JsonSchema {
        name: "output".into(),
        schema,
        strict: Some(true),
    });
    let rest = (vec(turn, 0..4), option::of(reasoning), option::of(format), any::<bool>(), any::<bool>());
    (common(), rest).prop_map(|(common, (messages, reasoning, response_format, parallel, extra))| Request {
        messages,
        reasoning,
        response_format,
        parallel_tool_calls: common.tool_choice.as_ref().map(|_| parallel),
        extra: if extra { vec![("top_k".into(), 5.into())] } else { Vec::new() },
        extra_from: Some("anthropic_messages"),
        ..common
    })
}

/// An assistant turn in this dialect's order.
fn openai_parts(texts: usize) -> impl Strategy<Value = Vec<Part>> {
    let plain = word().prop_map(|text| vec![Part::Reasoning { text, signature: None }]);
    let reasoning =
        prop_oneof![Just(Vec::new()), plain, (signed(), redacted()).prop_map(|(a, b)| vec![a, b])];
    let refusal = option::of(word().prop_map(Part::Refusal));
    (reasoning, vec(text(), 0..=texts), refusal, vec(call(), 0..3)).prop_map(
        |(reasoning, texts, refusal, calls)| {
            let mut parts = reasoning;
            parts.extend(texts);
            parts.extend(refusal);
            parts.extend(calls);
            parts.iter_mut().enumerate().for_each(own_id);
            parts
        },
    )
}

/// Two calls with one id are a fault of their own.
fn own_id((place, part): (usize, &mut Part)) {
    if let Part::ToolCall { id, .. } = part {
        *id = format!("{id}-{place}");
    }
}

pub(super) fn openai_request() -> impl Strategy<Value = Request> {
    let user = vec(prop_oneof![text(), image()], 1..4).prop_map(|parts| Message { role: Role::User, parts });
    let result = (id(), vec(text(), 0..3)).prop_map(|(call, parts)| Message {
        role: Role::Tool,
        parts: vec![Part::ToolResult { call, parts, is_error: false }],
    });
    let system = vec(text(), 1..3).prop_map(|parts| Message { role: Role::System, parts });
    let assistant = openai_parts(2).prop_map(|parts| Message { role: Role::Assistant, parts });
    let messages = (user.clone(), vec(prop_oneof![user, result, system, assistant], 0..4));
    let reasoning = prop_oneof![Just(Reasoning::Off), id().prop_map(Reasoning::Effort)];
    let schema = (id(), object(), option::of(any::<bool>()))
        .prop_map(|(name, schema, strict)| ResponseFormat::JsonSchema { name, schema, strict });
    let format = prop_oneof![Just(ResponseFormat::JsonObject), schema];
    let rest = (option::of(reasoning), option::of(format), option::of(any::<bool>()), any::<bool>());
    (common(), messages, rest).prop_map(
        |(common, (first, mut messages), (reasoning, response_format, parallel_tool_calls, extra))| {
            messages.insert(0, first);
            Request {
                messages,
                reasoning: reasoning.filter(|effort| *effort != Reasoning::Effort("none".into())),
                response_format,
                parallel_tool_calls,
                extra: if extra { vec![("seed".into(), 7.into())] } else { Vec::new() },
                extra_from: Some("openai_chat"),
                ..common
            }
        },
    )
}

fn usage() -> impl Strategy<Value = Usage> {
    (any::<u16>(), any::<u16>(), option::of(any::<u16>()), option::of(any::<u16>()), option::of(any::<u16>()))
        .prop_map(|(input, output, cache_read, cache_write, reasoning)| Usage {
            input: Some(input.into()),
            output: Some(output.into()),
            total: None,
            cache_read: cache_read.map(u64::from),
            cache_write: cache_write.map(u64::from),
            reasoning: reasoning.map(u64::from),
        })
}

fn answer(parts: Vec<Part>, usage: Usage, finish: (FinishReason, &str)) -> Response {
    Response {
        id: Some("answer-1".into()),
        model: Some("m-1".into()),
        parts,
        finish: Some(Finish { reason: finish.0, raw: finish.1.into() }),
        usage,
        ..Response::default()
    }
}

pub(super) fn anthropic_response() -> impl Strategy<Value = Response> {
    let unsigned = word().prop_map(|text| Part::Reasoning { text, signature: None });
    let other = object()
        .prop_map(|content| Part::Other(json!({ "type": "web_search_tool_result", "content": content })));
    let part = prop_oneof![text(), call(), signed(), unsigned, redacted(), other];
    let finish = select(vec![
        (FinishReason::Stop, "end_turn"),
        (FinishReason::Stop, "stop_sequence"),
        (FinishReason::Length, "max_tokens"),
        (FinishReason::ToolCalls, "tool_use"),
        (FinishReason::Refusal, "refusal"),
        (FinishReason::Pause, "pause_turn"),
    ]);
    (vec(part, 0..5), usage(), finish).prop_map(|(parts, usage, finish)| answer(parts, usage, finish))
}

pub(super) fn openai_response() -> impl Strategy<Value = Response> {
    let finish = select(vec![
        (FinishReason::Stop, "stop"),
        (FinishReason::Length, "length"),
        (FinishReason::ToolCalls, "tool_calls"),
        (FinishReason::ContentFilter, "content_filter"),
    ]);
    let more = prop_oneof![3 => Just(Vec::new()), 1 => openai_parts(1).prop_map(more_choices)];
    (openai_parts(1), more, usage(), any::<u16>(), finish).prop_map(|(parts, more, usage, total, finish)| {
        let usage = Usage { total: Some(total.into()), ..usage };
        Response { more_choices: more, ..answer(parts, usage, finish) }
    })
}

/// A further choice; one that says nothing would not be told.
fn more_choices(parts: Vec<Part>) -> Vec<Vec<Part>> {
    if parts.is_empty() { Vec::new() } else { vec![parts] }
}

/// The events of an answer; `overlap`: the tool calls of a choice come in turns.
pub(super) fn events(response: &Response, overlap: bool) -> Vec<Event> {
    let mut events = vec![Event::Start { id: response.id.clone(), model: response.model.clone() }];
    let mut next = 0;
    for (choice, parts) in (0..).zip(std::iter::once(&response.parts).chain(&response.more_choices)) {
        let mut held: Vec<Vec<Event>> = Vec::new();
        for part in parts {
            let number = next;
            next += 1;
            let (kind, text, signature) = opened(part);
            events.push(Event::PartStart { part: number, choice, kind });
            let mut rest = pieces(number, text);
            rest.extend(signature.map(|signature| Event::Signature { part: number, signature }));
            rest.push(Event::PartEnd { part: number });
            if overlap && matches!(part, Part::ToolCall { .. }) {
                held.push(rest);
            } else {
                events.extend(rest);
            }
        }
        for turn in 0..held.iter().map(Vec::len).max().unwrap_or_default() {
            events.extend(held.iter().filter_map(|rest| rest.get(turn).cloned()));
        }
    }
    let finish = response.finish.clone().unwrap();
    events.extend(
        (0..=response.more_choices.len())
            .map(|choice| Event::Finish { choice: u32::try_from(choice).unwrap(), finish: finish.clone() }),
    );
    events.extend([Event::Usage(response.usage), Event::End]);
    events
}

fn opened(part: &Part) -> (PartKind, &str, Option<String>) {
    match part {
        Part::Text(text) => (PartKind::Text, text, None),
        Part::Refusal(text) => (PartKind::Refusal, text, None),
        Part::Reasoning { text, signature } => (PartKind::Reasoning, text, signature.clone()),
        Part::RedactedReasoning(data) => (PartKind::RedactedReasoning(data.clone()), "", None),
        Part::ToolCall { id, name, arguments } => {
            (PartKind::ToolCall { id: id.clone(), name: name.clone() }, arguments, None)
        }
        Part::Other(value) => (PartKind::Other(value.clone()), "", None),
        Part::Image(_) | Part::ToolResult { .. } => unreachable!("no part of an answer"),
    }
}

fn pieces(part: u32, text: &str) -> Vec<Event> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(3).map(|piece| Event::Delta { part, text: piece.iter().collect() }).collect()
}
