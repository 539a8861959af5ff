//! The families that give text, a count and a reason: Titan, Llama, Mistral, Jurassic, Command, Claude 2, and
//! whatever completes text as OpenAI's completions do.

use serde_json::Value;

use crate::chat::{Decoded, Finish, FinishReason, Part, Response, Usage};
use crate::dialect::error_shape;
use crate::dialect::json::{count, list, owned, problem, text, told};

/// What one object tells, of a whole answer or of a stream.
pub(super) struct Told<'a> {
    /// The text, or its next piece.
    pub(super) said: Option<&'a str>,
    /// Why it ended.
    pub(super) finish: Option<Finish>,
    /// What was counted.
    pub(super) usage: Usage,
}

/// Reads the text of an object of any of these families.
pub(super) fn read(told: &Value) -> Told<'_> {
    let first = ["results", "generations", "outputs", "completions", "choices"]
        .iter()
        .find_map(|key| list(told, key).first())
        .unwrap_or(told);
    let inner = first.get("data").unwrap_or(first);
    let said = ["outputText", "generation", "completion", "text"];
    let said = said.iter().find_map(|key| inner.get(*key).and_then(Value::as_str));
    let reasons = ["completionReason", "stop_reason", "finish_reason"];
    let reason = reasons.iter().find_map(|key| text(first, key).or_else(|| text(told, key)));
    let reason = reason.or_else(|| first.get("finishReason").and_then(|reason| text(reason, "reason")));
    Told { said, finish: reason.map(finish), usage: usage(told, first) }
}

/// Reads a whole answer.
pub(super) fn response(answer: &Value) -> Decoded<Response> {
    let told = read(answer);
    let mut response = Response {
        id: owned(answer, "id"),
        model: owned(answer, "model"),
        parts: told.said.map(|said| Part::Text(said.to_owned())).into_iter().collect(),
        finish: told.finish,
        usage: told.usage,
        ..Response::default()
    };
    if response.parts.is_empty() {
        response.error = error_shape::read(answer);
        let embeds = answer.get("embedding").is_some() || answer.get("embeddings").is_some();
        if response.error.is_none() && !embeds {
            let missing = problem("", "the answer has no text of any family that is known");
            return Decoded::with(response, vec![missing]);
        }
    }
    Decoded::whole(response)
}

/// The counts that the family tells, or the service beside them.
fn usage(told_of: &Value, first: &Value) -> Usage {
    let metrics = told(told_of, "amazon-bedrock-invocationMetrics").unwrap_or(&Value::Null);
    let own = told(told_of, "usage").unwrap_or(told_of);
    let any = |keys: &[&str]| keys.iter().find_map(|key| count(own, key).or_else(|| count(first, key)));
    let input = ["inputTextTokenCount", "prompt_token_count", "prompt_tokens", "input_tokens"];
    let output = [
        "totalOutputTextTokenCount",
        "tokenCount",
        "generation_token_count",
        "completion_tokens",
        "output_tokens",
    ];
    Usage {
        input: count(metrics, "inputTokenCount").or_else(|| any(&input)),
        output: count(metrics, "outputTokenCount").or_else(|| any(&output)),
        total: count(own, "total_tokens"),
        cache_read: count(metrics, "cacheReadInputTokenCount"),
        cache_write: count(metrics, "cacheWriteInputTokenCount"),
        reasoning: None,
    }
}

fn finish(raw: &str) -> Finish {
    let reason = match raw.to_ascii_lowercase().as_str() {
        "finish" | "finished" | "stop" | "complete" | "endoftext" | "end_turn" | "stop_sequence"
        | "stop_criteria_met" => FinishReason::Stop,
        "length" | "max_tokens" => FinishReason::Length,
        "tool_calls" | "tool_use" => FinishReason::ToolCalls,
        "content_filtered" | "error_toxic" | "rag_query_when_rag_disabled" => FinishReason::ContentFilter,
        "error" => FinishReason::Error,
        _ => FinishReason::Other,
    };
    Finish { reason, raw: raw.to_owned() }
}
