//! Reading requests: each family asks in its own words. The path names the model.

use serde_json::{Value, json};

use super::{BedrockInvoke, ID};
use crate::chat::{Decoded, Message, Request, Role};
use crate::dialect::json::{count, list, owned, problem, told};
use crate::dialect::{Dialect, read_json};
use crate::problem::Problem;

/// Decodes a request.
pub(super) fn decode(families: &BedrockInvoke, body: &[u8]) -> Decoded<Request> {
    let fields = match read_json(body) {
        Ok(fields) => fields,
        Err(problem) => return Decoded::with(Request::default(), vec![*problem]),
    };
    let Some(family) = family(families, &fields) else { return prompt(&fields) };
    let mut read = family.decode_request(body);
    read.problems.retain(|problem| problem.place.path.as_deref() != Some("model"));
    read
}

fn family(families: &BedrockInvoke, fields: &Value) -> Option<&'static dyn Dialect> {
    let messages = list(fields, "messages");
    let content = messages.first().and_then(|message| message.get("content"));
    // A block of Nova has no type.
    let typeless = content
        .and_then(Value::as_array)
        .is_some_and(|blocks| blocks.first().is_some_and(|block| block.get("type").is_none()));
    if fields.get("anthropic_version").is_some() {
        Some(families.anthropic)
    } else if fields.get("schemaVersion").is_some() || fields.get("inferenceConfig").is_some() || typeless {
        Some(families.nova)
    } else if fields.get("message").is_some() {
        Some(families.cohere)
    } else if messages.is_empty() {
        None
    } else {
        Some(families.openai)
    }
}

/// The families that take one text: Titan, Llama, Mistral, Jurassic, Command, Claude 2.
fn prompt(fields: &Value) -> Decoded<Request> {
    let mut request = Request { extra_from: Some(ID), ..Request::default() };
    let Some(object) = fields.as_object() else {
        return Decoded::with(request, vec![Problem::new("a request is a JSON object")]);
    };
    let asked = owned(fields, "prompt").or_else(|| owned(fields, "inputText"));
    let config = told(fields, "textGenerationConfig").unwrap_or(fields);
    let limits = ["max_tokens", "max_gen_len", "max_tokens_to_sample", "maxTokenCount", "maxTokens"];
    request.max_tokens = limits.iter().find_map(|key| count(config, key));
    request.temperature = config.get("temperature").and_then(Value::as_f64);
    request.top_p = ["top_p", "topP", "p"].iter().find_map(|key| config.get(*key).and_then(Value::as_f64));
    let stops = ["stop", "stop_sequences", "stopSequences"].iter().map(|key| list(config, key));
    request.stop = stops.flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let known = [
        "prompt",
        "inputText",
        "max_tokens",
        "max_gen_len",
        "max_tokens_to_sample",
        "maxTokenCount",
        "maxTokens",
        "temperature",
        "top_p",
        "topP",
        "p",
        "stop",
        "stop_sequences",
        "stopSequences",
        "textGenerationConfig",
    ];
    let rest = object.iter().filter(|(key, _)| !known.contains(&key.as_str()));
    request.extra = rest.map(|(key, value)| (key.clone(), value.clone())).collect();
    let config = config.as_object().filter(|_| fields.get("textGenerationConfig").is_some());
    let rest = config.into_iter().flatten().filter(|(key, _)| !known.contains(&key.as_str()));
    let rest: serde_json::Map<String, Value> =
        rest.map(|(key, value)| (key.clone(), value.clone())).collect();
    if !rest.is_empty() {
        request.extra.push(("textGenerationConfig".to_owned(), json!(rest)));
    }
    match asked {
        Some(asked) => {
            request.messages.push(Message::text(Role::User, asked));
            Decoded::whole(request)
        }
        None => Decoded::with(request, vec![problem("prompt", "the request asks nothing that is known")]),
    }
}
