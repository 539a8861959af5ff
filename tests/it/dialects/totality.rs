//! Whatever comes, a reader returns.

use bytes::Bytes;
use proptest::prelude::*;
use provoke::chat::Fold;
use provoke::dialect::view::{framing, view};
use provoke::dialect::{all, codecs};
use serde_json::{Value, json};

use super::support::exchange;

/// Keys that the dialects look at, so that random JSON reaches their depths.
const KEYS: &[&str] = &[
    "type",
    "error",
    "errors",
    "message",
    "choices",
    "delta",
    "content",
    "content_block",
    "index",
    "tool_calls",
    "function",
    "arguments",
    "name",
    "id",
    "usage",
    "finish_reason",
    "stop_reason",
    "reasoning_details",
    "text",
    "thinking",
    "signature",
    "data",
    "input",
    "partial_json",
    "messages",
    "role",
    "system",
    "tools",
    "tool_choice",
    "detail",
    "code",
    "model",
    "source",
    "image_url",
    "output_config",
    "base_resp",
    "candidates",
    "parts",
    "thought",
    "thoughtSignature",
    "functionCall",
    "functionResponse",
    "partialArgs",
    "willContinue",
    "jsonPath",
    "stringValue",
    "args",
    "finishReason",
    "promptFeedback",
    "blockReason",
    "usageMetadata",
    "contents",
    "systemInstruction",
    "generationConfig",
    "thinkingConfig",
    "toolConfig",
    "inlineData",
    "response",
    "done",
    "done_reason",
    "images",
    "options",
    "format",
    "think",
    "event_type",
    "interaction",
    "step",
    "steps",
    "outputs",
    "summary",
    "generation_config",
    "output",
    "item",
    "item_id",
    "output_index",
    "content_index",
    "summary_index",
    "sequence_number",
    "encrypted_content",
    "call_id",
    "instructions",
    "reasoning",
    "status",
    "incomplete_details",
    "annotations",
    "part",
    "refusal",
    "value",
    "prompt",
    "stopReason",
    "contentBlockIndex",
    "start",
    "toolUse",
    "toolUseId",
    "toolResult",
    "reasoningContent",
    "reasoningText",
    "redactedContent",
    "citationsContent",
    "citations",
    "citation",
    "cachePoint",
    "inferenceConfig",
    "toolSpec",
    "additionalModelRequestFields",
    "outputConfig",
    "inputTokens",
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
    "bytes",
    "outputText",
    "generation",
    "generations",
    "results",
    "completion",
    "tool_plan",
    "chat_history",
    "message_end",
    "preamble",
    "parameter_definitions",
    "amazon-bedrock-invocationMetrics",
];

const WORDS: &[&str] = &[
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "text",
    "tool_use",
    "thinking",
    "server_tool_use",
    "text_delta",
    "input_json_delta",
    "signature_delta",
    "user",
    "assistant",
    "tool",
    "function",
    "stop",
    "error",
    "",
    "STOP",
    "MAX_TOKENS",
    "$.a[0]",
    "$.a.b",
    "model",
    "step.start",
    "step.delta",
    "step.stop",
    "interaction.created",
    "interaction.completed",
    "thought",
    "model_output",
    "function_call",
    "arguments_delta",
    "thought_signature",
    "response.created",
    "response.output_item.added",
    "response.output_item.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.reasoning_summary_text.delta",
    "response.reasoning_text.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.refusal.delta",
    "response.completed",
    "response.failed",
    "message",
    "reasoning",
    "function_call_output",
    "web_search_call",
    "output_text",
    "incomplete",
    "completed",
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
    "chunk",
    "throttlingException",
    "message-start",
    "content-start",
    "content-delta",
    "content-end",
    "tool-plan-delta",
    "tool-call-start",
    "tool-call-delta",
    "tool-call-end",
    "citation-start",
    "message-end",
    "stream-start",
    "text-generation",
    "tool-calls-generation",
    "stream-end",
];

fn key() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(KEYS).prop_map(str::to_owned), 1 => ".{0,4}"]
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![0_i64..3, any::<i64>()].prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        prop::sample::select(WORDS).prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => prop::collection::vec((key(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn read_all(body: &[u8]) {
    for dialect in all() {
        let _ = dialect.decode_request(body);
        let _ = dialect.decode_response(body);
        let _ = dialect.decode_error(body);
        let _ = view(*dialect, &exchange(200, "text/event-stream", vec![Bytes::copy_from_slice(body)]));
        for kind in ["application/x-ndjson", "application/vnd.amazon.eventstream", "application/json"] {
            let _ = view(*dialect, &exchange(200, kind, vec![Bytes::copy_from_slice(body)]));
        }
        let _ = view(*dialect, &exchange(500, "application/json", vec![Bytes::copy_from_slice(body)]));
    }
    let _ = framing(body, "");
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn random_bytes_never_break_a_reader(body in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&body);
    }

    #[test]
    fn random_json_never_breaks_a_reader(tree in tree()) {
        read_all(tree.to_string().as_bytes());
    }

    #[test]
    fn random_records_never_break_a_stream(
        records in prop::collection::vec((prop::sample::select(WORDS), tree()), 0..24),
    ) {
        for dialect in all() {
            let mut decoder = dialect.stream_decoder();
            let mut encoders: Vec<_> = codecs().iter().map(|target| target.stream_encoder()).collect();
            let mut fold = Fold::new();
            let mut events = Vec::new();
            for (event, tree) in &records {
                events.extend(decoder.record(event, &tree.to_string()).value);
            }
            events.extend(decoder.finish().value);
            let mut open = std::collections::BTreeSet::new();
            for event in &events {
                fold.push(event);
                for encoder in &mut encoders {
                    encoder.event(event);
                }
                match event {
                    provoke::chat::Event::PartStart { part, .. } => prop_assert!(open.insert(*part)),
                    provoke::chat::Event::PartEnd { part } => prop_assert!(open.remove(part)),
                    provoke::chat::Event::Delta { part, .. } => prop_assert!(open.contains(part)),
                    provoke::chat::Event::Signature { part, .. } => prop_assert!(open.contains(part)),
                    _ => {}
                }
            }
            prop_assert!(open.is_empty(), "parts left open: {:?}", open);
            let response = fold.response();
            for target in codecs() {
                let _ = target.encode_response(&response);
            }
        }
    }
}
