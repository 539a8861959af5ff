//! What Bedrock's `InvokeModel` carries: the records of each family, in frames.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use provoke::chat::{Finish, FinishReason, Usage};
use provoke::dialect::by_id;
use provoke::dialect::view::{Framing, View, view};
use provoke::recording::TransportEvent;
use provoke::wire::event_stream::Frame;
use serde_json::{Value, json};

use super::support::exchange;

fn chunk(record: &Value) -> Frame {
    let bytes = STANDARD.encode(record.to_string());
    Frame::event("chunk", json!({ "bytes": bytes, "p": "abc" }).to_string().into_bytes())
}

fn seen(frames: &[Frame]) -> View {
    let body: Vec<u8> = frames.iter().flat_map(Frame::encode).collect();
    view(by_id("bedrock_invoke").unwrap(), &exchange(200, "", vec![Bytes::from(body)]))
}

fn streamed(records: &Value) -> View {
    seen(&records.as_array().unwrap().iter().map(chunk).collect::<Vec<_>>())
}

fn count() -> Value {
    json!({ "inputTokenCount": 5, "outputTokenCount": 2, "invocationLatency": 9 })
}

#[test]
fn the_streams_of_every_family_are_read() {
    let claude = json!([
        { "type": "message_start", "message": { "id": "m", "model": "claude", "usage": { "input_tokens": 5 } } },
        { "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } },
        { "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "Hi" } },
        { "type": "content_block_stop", "index": 0 },
        { "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": 2 } },
        { "type": "message_stop", "amazon-bedrock-invocationMetrics": count() },
    ]);
    let nova = json!([
        { "messageStart": { "role": "assistant" } },
        { "contentBlockDelta": { "delta": { "text": "Hi" }, "contentBlockIndex": 0 } },
        { "contentBlockStop": { "contentBlockIndex": 0 } },
        { "messageStop": { "stopReason": "end_turn" } },
        { "metadata": { "usage": { "inputTokens": 5, "outputTokens": 2 } }, "amazon-bedrock-invocationMetrics": count() },
    ]);
    let delta =
        |delta: Value, finish: Value| json!([{ "index": 0, "delta": delta, "finish_reason": finish }]);
    let openai = json!([
        { "id": "c", "model": "gpt-oss", "choices": delta(json!({ "content": "Hi" }), Value::Null) },
        { "id": "c", "model": "gpt-oss", "choices": delta(json!({}), json!("stop")) },
        { "choices": [], "usage": { "prompt_tokens": 5, "completion_tokens": 2 }, "amazon-bedrock-invocationMetrics": count() },
    ]);
    let cohere = json!([
        { "event_type": "text-generation", "text": "Hi" },
        { "event_type": "stream-end", "finish_reason": "COMPLETE", "response": { "meta": { "billed_units":
            { "input_tokens": 5, "output_tokens": 2 } } }, "amazon-bedrock-invocationMetrics": count() },
    ]);
    let titan = json!([
        { "outputText": "Hi", "index": 0, "completionReason": "FINISH", "amazon-bedrock-invocationMetrics": count() },
    ]);
    let llama = json!([
        { "generation": "H", "prompt_token_count": 5, "generation_token_count": 1, "stop_reason": null },
        { "generation": "i", "prompt_token_count": null, "generation_token_count": 2, "stop_reason": "stop",
          "amazon-bedrock-invocationMetrics": count() },
    ]);
    let mistral = json!([
        { "outputs": [{ "text": "H", "stop_reason": null }] },
        { "outputs": [{ "text": "i", "stop_reason": "stop" }], "amazon-bedrock-invocationMetrics": count() },
    ]);
    let command = json!([
        { "generations": [{ "text": "Hi", "finish_reason": "COMPLETE" }], "amazon-bedrock-invocationMetrics": count() },
    ]);
    let old_claude = json!([
        { "completion": "Hi", "stop_reason": null },
        { "completion": "", "stop_reason": "stop_sequence", "amazon-bedrock-invocationMetrics": count() },
    ]);
    for records in [claude, nova, openai, cohere, titan, llama, mistral, command, old_claude] {
        let view = streamed(&records);
        assert_eq!((view.framing, view.n_events), (Framing::EventStream, records.as_array().unwrap().len()));
        assert_eq!(view.response.text(), "Hi", "{records}");
        assert_eq!(view.response.finish.as_ref().unwrap().reason, FinishReason::Stop, "{records}");
        let usage = view.response.usage;
        assert_eq!((usage.input, usage.output), (Some(5), Some(2)), "{records}");
        assert!(view.ended, "{records}");
        assert_eq!((&view.problems[..], &view.findings[..]), (&[][..], &[][..]), "{records}");
        let cut = &records.as_array().unwrap()[..1];
        assert!(!streamed(&json!(cut)).ended || cut.len() == records.as_array().unwrap().len(), "{records}");
    }
}

#[test]
fn an_exception_between_chunks_is_the_error() {
    let exception = Frame::exception("modelStreamErrorException", br#"{"message":"boom"}"#.to_vec());
    let view = seen(&[chunk(&json!({ "generation": "Hi" })), exception]);
    let error = view.error.unwrap();
    assert_eq!((error.message.as_str(), error.kind.as_deref()), ("boom", Some("modelStreamErrorException")));
    assert!(!view.ended);
    assert_eq!(view.response.text(), "Hi");
}

#[test]
fn whole_answers_of_every_family_are_read() {
    let answers = [
        json!({ "type": "message", "content": [{ "type": "text", "text": "Hi" }], "stop_reason": "end_turn" }),
        json!({ "output": { "message": { "content": [{ "text": "Hi" }] } }, "stopReason": "end_turn" }),
        json!({ "object": "chat.completion", "choices": [{ "message": { "content": "Hi" }, "finish_reason": "stop" }] }),
        json!({ "object": "text_completion", "choices": [{ "text": "Hi", "finish_reason": "stop" }] }),
        json!({ "inputTextTokenCount": 1, "results": [{ "outputText": "Hi", "completionReason": "FINISH" }] }),
        json!({ "generation": "Hi", "stop_reason": "stop" }),
        json!({ "outputs": [{ "text": "Hi", "stop_reason": "stop" }] }),
        json!({ "id": 1, "completions": [{ "data": { "text": "Hi" }, "finishReason": { "reason": "endoftext" } }] }),
        json!({ "completion": "Hi", "stop_reason": "stop_sequence" }),
        json!({ "generations": [{ "text": "Hi", "finish_reason": "COMPLETE" }] }),
        json!({ "response_id": "r", "text": "Hi", "finish_reason": "COMPLETE" }),
    ];
    let dialect = by_id("bedrock_invoke").unwrap();
    for answer in answers {
        let read = dialect.decode_response(answer.to_string().as_bytes());
        assert_eq!(read.problems, [], "{answer}");
        assert_eq!(read.value.text(), "Hi", "{answer}");
        assert_eq!(read.value.finish.unwrap().reason, FinishReason::Stop, "{answer}");
    }
    let read = dialect.decode_response(br#"{"embedding":[0.5]}"#);
    assert_eq!((read.value.error, read.value.usage, read.problems.len()), (None, Usage::default(), 0));
}

#[test]
fn each_family_asks_in_its_own_words() {
    let requests = [
        json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{ "role": "user", "content": "Hi" }] }),
        json!({ "schemaVersion": "messages-v1", "inferenceConfig": { "maxTokens": 9 },
                "messages": [{ "role": "user", "content": [{ "text": "Hi" }] }] }),
        json!({ "max_tokens": 9, "messages": [{ "role": "user", "content": "Hi" }] }),
        json!({ "message": "Hi", "max_tokens": 9 }),
        json!({ "prompt": "Hi", "max_gen_len": 9 }),
        json!({ "inputText": "Hi", "textGenerationConfig": { "maxTokenCount": 9 } }),
    ];
    let dialect = by_id("bedrock_invoke").unwrap();
    for request in requests {
        let read = dialect.decode_request(request.to_string().as_bytes());
        assert_eq!(read.problems, [], "{request}");
        assert_eq!(read.value.max_tokens, Some(9), "{request}");
        let said = provoke::chat::Message::text(provoke::chat::Role::User, "Hi");
        assert_eq!(read.value.messages, [said], "{request}");
    }
}

#[test]
fn the_type_of_an_error_is_read_from_its_header() {
    let body = Bytes::from(r#"{"message":"slow down"}"#);
    for (id, kind) in [("bedrock_invoke", Some("ThrottlingException")), ("cohere_v2", None)] {
        let mut told = exchange(429, "application/json", vec![body.clone()]);
        let TransportEvent::Head(head) = &mut told.events[0].what else { panic!() };
        let value = "ThrottlingException:http://internal.amazon.com/coral/";
        head.headers.push(("x-amzn-ErrorType".to_owned(), value.to_owned()));
        let error = view(by_id(id).unwrap(), &told).error.unwrap();
        assert_eq!((error.message.as_str(), error.kind.as_deref()), ("slow down", kind));
    }
}

#[test]
fn a_guardrail_that_speaks_for_the_model_ends_the_stream() {
    let action = json!({ "outputText": "Blocked", "amazon-bedrock-guardrailAction": "INTERVENED", "amazon-bedrock-trace": {} });
    let view = streamed(&json!([action]));
    assert!(view.ended && view.problems.is_empty(), "{:?}", view.problems);
    assert_eq!(view.response.finish.unwrap().reason, FinishReason::ContentFilter);
}

#[test]
fn a_reason_keeps_its_own_word() {
    let view = streamed(&json!([{ "outputText": "Hi", "completionReason": "LENGTH" }]));
    assert_eq!(view.response.finish, Some(Finish { reason: FinishReason::Length, raw: "LENGTH".into() }));
}
