//! Healthy answers and a request that triggers every reactive fault, for each dialect that faults speak.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use provoke::recording::timeline::{Act, Framing, Piece, Timeline};
use provoke::recording::{Head, RequestBytes};
use serde_json::{Value, json};

/// The dialects that faults speak.
pub(crate) const DIALECTS: [&str; 2] = ["openai_chat", "anthropic_messages"];

/// The model that is asked for.
pub(crate) const MODEL: &str = "asked-model";

/// The faults of tool calls need an answer that has one.
pub(crate) const NEEDS_TOOL_CALL: [&str; 5] =
    ["eof-mid-tool", "stop-with-tools", "index-missing", "arguments-not-json", "tool-not-offered"];

/// The faults that tell several calls apart, or fail to, need an answer with two.
pub(crate) const NEEDS_TWO_CALLS: [&str; 9] = [
    "index-all-zero",
    "index-drifts",
    "id-repeated",
    "id-dup",
    "two-calls-one-delta",
    "late-name",
    "args-off-schema",
    "token-leak-name",
    "empty-tool-delta",
];

/// A short text, streamed; it holds characters outside ASCII.
pub(crate) fn text(dialect: &str) -> Timeline {
    stream(match dialect {
        "openai_chat" => vec![
            (Piece::Frame, chunk(&json!({"role": "assistant", "content": ""}), None)),
            (Piece::Content, chunk(&json!({"content": "Good"}), None)),
            (Piece::Content, chunk(&json!({"content": " morning, Zoë"}), None)),
            (Piece::Content, chunk(&json!({"content": " 🦀"}), None)),
            (Piece::Finish, chunk(&json!({}), Some("stop"))),
            (Piece::Frame, usage_chunk()),
            (Piece::Terminal, "data: [DONE]\n\n".to_owned()),
        ],
        _ => vec![
            (Piece::Frame, message_start()),
            (
                Piece::Frame,
                event(
                    &json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
                ),
            ),
            (Piece::Frame, event(&json!({"type": "ping"}))),
            (Piece::Content, text_delta("Good")),
            (Piece::Content, text_delta(" morning, Zoë")),
            (Piece::Content, text_delta(" 🦀")),
            (Piece::Frame, event(&json!({"type": "content_block_stop", "index": 0}))),
            (Piece::Finish, message_delta("end_turn")),
            (Piece::Terminal, event(&json!({"type": "message_stop"}))),
        ],
    })
}

/// A tool call, streamed; its arguments come in two pieces.
pub(crate) fn tool_call(dialect: &str) -> Timeline {
    let call = |function: Value| json!({"tool_calls": [{"index": 0, "function": function}]});
    let delta = |part: &str| {
        event(
            &json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": part}}),
        )
    };
    let mut first = call(json!({"name": "read", "arguments": ""}));
    first["tool_calls"][0]["id"] = "call_1".into();
    first["tool_calls"][0]["type"] = "function".into();
    stream(match dialect {
        "openai_chat" => vec![
            (Piece::Frame, chunk(&json!({"role": "assistant", "content": null}), None)),
            (Piece::Content, chunk(&first, None)),
            (Piece::Content, chunk(&call(json!({"arguments": "{\"path\":"})), None)),
            (Piece::Content, chunk(&call(json!({"arguments": "\"/etc/hosts\"}"})), None)),
            (Piece::Finish, chunk(&json!({}), Some("tool_calls"))),
            (Piece::Frame, usage_chunk()),
            (Piece::Terminal, "data: [DONE]\n\n".to_owned()),
        ],
        _ => vec![
            (Piece::Frame, message_start()),
            (
                Piece::Content,
                event(&json!({
                    "type": "content_block_start", "index": 0,
                    "content_block": {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {}},
                })),
            ),
            (Piece::Content, delta("{\"path\":")),
            (Piece::Content, delta("\"/etc/hosts\"}")),
            (Piece::Frame, event(&json!({"type": "content_block_stop", "index": 0}))),
            (Piece::Finish, message_delta("tool_use")),
            (Piece::Terminal, event(&json!({"type": "message_stop"}))),
        ],
    })
}

/// Two calls of one tool, streamed; the arguments of each come in two pieces.
pub(crate) fn two_calls(dialect: &str) -> Timeline {
    let mut records = Vec::new();
    for index in 0..2 {
        let half = |arguments: &str| {
            let delta = json!({"type": "input_json_delta", "partial_json": arguments});
            let call = json!({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]});
            match dialect {
                "openai_chat" => (Piece::Content, chunk(&call, None)),
                _ => (
                    Piece::Content,
                    event(&json!({"type": "content_block_delta", "index": index, "delta": delta})),
                ),
            }
        };
        let (id, function) = (format!("call_{}", index + 1), json!({"name": "read", "arguments": ""}));
        let call = json!({"index": index, "id": id, "type": "function", "function": function});
        let block = json!({"type": "tool_use", "id": id, "name": "read", "input": {}});
        records.push(match dialect {
            "openai_chat" => (Piece::Content, chunk(&json!({"tool_calls": [call]}), None)),
            _ => (
                Piece::Content,
                event(&json!({"type": "content_block_start", "index": index, "content_block": block})),
            ),
        });
        records.extend([half("{\"path\":"), half(&format!("\"/etc/{index}\"}}"))]);
        if dialect != "openai_chat" {
            records.push((Piece::Frame, event(&json!({"type": "content_block_stop", "index": index}))));
        }
    }
    let (first, last) = match dialect {
        "openai_chat" => (
            chunk(&json!({"role": "assistant", "content": null}), None),
            vec![
                (Piece::Finish, chunk(&json!({}), Some("tool_calls"))),
                (Piece::Frame, usage_chunk()),
                (Piece::Terminal, "data: [DONE]\n\n".to_owned()),
            ],
        ),
        _ => (
            message_start(),
            vec![
                (Piece::Finish, message_delta("tool_use")),
                (Piece::Terminal, event(&json!({"type": "message_stop"}))),
            ],
        ),
    };
    records.insert(0, (Piece::Frame, first));
    records.extend(last);
    stream(records)
}

/// The same short text as one whole JSON answer.
pub(crate) fn whole(dialect: &str) -> Timeline {
    let body = match dialect {
        "openai_chat" => json!({
            "id": "chatcmpl-1", "object": "chat.completion", "model": MODEL,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Good morning, Zoë 🦀"}, "finish_reason": "stop"}],
        }),
        _ => json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": MODEL,
            "content": [{"type": "text", "text": "Good morning, Zoë 🦀"}], "stop_reason": "end_turn",
        }),
    };
    Timeline::whole(200, "application/json", body.to_string())
}

/// A request that triggers every reactive fault of its dialect.
pub(crate) fn provocative(dialect: &str) -> RequestBytes {
    let schema = json!({
        "type": "object",
        "properties": {
            "path": {"type": "string", "pattern": "^/"},
            "lines": {"type": "integer", "minimum": 1},
            "mode": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "how"},
            "range": {"$ref": "#/$defs/range", "description": "which"},
        },
        "$defs": {"range": {"type": "string"}},
    });
    let (call, result) = earlier_call(dialect);
    let mut body = json!({
        "model": MODEL, "stream": true, "temperature": 0.2,
        "messages": [
            {"role": "user", "content": "Say nothing forbidden."},
            call,
            result,
            {"role": "assistant", "content": "Good"},
        ],
    });
    let (plain, function) = (json!({"type": "object"}), "function");
    if dialect == "openai_chat" {
        body["max_tokens"] = 64.into();
        body["tools"] = json!([
            {"type": function, "function": {"name": "noop", "parameters": plain}},
            {"type": function, "function": {"name": "read", "parameters": schema}},
        ]);
    } else {
        body["tools"] =
            json!([{"name": "noop", "input_schema": plain}, {"name": "read", "input_schema": schema}]);
    }
    request(dialect, &body, "sk-test-key")
}

/// An earlier turn of the model that calls a tool, and the turn with the result. Its id, its lack of
/// reasoning, its content and its signature are none that every provider takes.
fn earlier_call(dialect: &str) -> (Value, Value) {
    if dialect == "openai_chat" {
        let function = json!({"name": "read", "arguments": "{}"});
        let call = json!({"id": "call_of_another_route", "type": "function", "function": function});
        return (
            json!({"role": "assistant", "content": null, "tool_calls": [call]}),
            json!({"role": "tool", "tool_call_id": "call_of_another_route", "content": "localhost"}),
        );
    }
    let thinking = json!({"type": "thinking", "thinking": "Hm.", "signature": "sig-of-another-route"});
    let call = json!({"type": "tool_use", "id": "toolu_of_another_route", "name": "read", "input": {}});
    let result =
        json!({"type": "tool_result", "tool_use_id": "toolu_of_another_route", "content": "localhost"});
    (json!({"role": "assistant", "content": [thinking, call]}), json!({"role": "user", "content": [result]}))
}

/// A request with a body and, unless it is empty, a key, as its dialect sends it.
pub(crate) fn request(dialect: &str, body: &Value, key: &str) -> RequestBytes {
    let (path, header) = match dialect {
        "openai_chat" => ("/v1/chat/completions", ("Authorization".to_owned(), format!("Bearer {key}"))),
        _ => ("/v1/messages", ("x-api-key".to_owned(), key.to_owned())),
    };
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend((!key.is_empty()).then_some(header));
    RequestBytes {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers,
        body: Bytes::from(body.to_string()),
    }
}

fn stream(records: Vec<(Piece, String)>) -> Timeline {
    let headers = vec![("content-type".to_owned(), "text/event-stream; charset=utf-8".to_owned())];
    let mut acts = vec![Act::Head { head: Head { status: 200, headers }, framing: Framing::Chunked }];
    acts.extend(records.into_iter().map(|(piece, text)| Act::Body { bytes: Bytes::from(text), piece }));
    acts.push(Act::EndBody);
    Timeline { acts }
}

fn chunk(delta: &Value, finish: Option<&str>) -> String {
    let choices = json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
    let value =
        json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": MODEL, "choices": choices});
    format!("data: {value}\n\n")
}

fn usage_chunk() -> String {
    let usage = json!({"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13});
    let value = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": MODEL, "choices": [], "usage": usage});
    format!("data: {value}\n\n")
}

fn event(value: &Value) -> String {
    format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap())
}

fn message_start() -> String {
    event(&json!({"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": MODEL, "content": [],
        "stop_reason": null, "usage": {"input_tokens": 9, "output_tokens": 1},
    }}))
}

fn text_delta(text: &str) -> String {
    event(&json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}))
}

fn message_delta(reason: &str) -> String {
    let delta = json!({"stop_reason": reason, "stop_sequence": null});
    event(&json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 4}}))
}
