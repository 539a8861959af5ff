//! Reading requests. The path names the model and says whether the answer comes as a stream.

use serde_json::{Map, Value, json};

use super::{ID, block};
use crate::chat::{Decoded, Message, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::json::{PROBLEMS_MAX, list, owned, problem, text, told, unread};
use crate::dialect::read_json;
use crate::problem::Problem;

/// The name of a schema that tells none.
const SCHEMA_NAME: &str = "output";

/// Decodes a request.
pub(super) fn decode(body: &[u8]) -> Decoded<Request> {
    let body = match read_json(body) {
        Ok(body) => body,
        Err(problem) => return Decoded::with(Request::default(), vec![*problem]),
    };
    let Value::Object(mut fields) = body else {
        return Decoded::with(Request::default(), vec![Problem::new("a request is a JSON object")]);
    };
    let mut problems = Vec::new();
    let mut request = Request { extra_from: Some(ID), ..Request::default() };
    // Only what was saved by an SDK has it in the body.
    request.model = take(&mut fields, "modelId", |id| id.as_str().map(str::to_owned)).unwrap_or_default();
    system(&mut fields, &mut request);
    match fields.remove("messages") {
        Some(Value::Array(messages)) => request.messages = read_messages(&messages, &mut problems),
        _ => problems.push(problem("messages", "the request has no messages")),
    }
    inference(&mut fields, &mut request);
    tools(&mut fields, &mut request, &mut problems);
    reasoning(&mut fields, &mut request);
    format(&mut fields, &mut request);
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Decoded::with(request, problems)
}

/// Takes the texts. Where there is more (a cache point, guarded content), the list stays as it was, too.
fn system(fields: &mut Map<String, Value>, request: &mut Request) {
    let Some(blocks) = fields.get("system").and_then(Value::as_array) else { return };
    request.system = blocks.iter().filter_map(|block| owned(block, "text")).collect();
    let plain =
        |block: &Value| text(block, "text").is_some() && block.as_object().is_some_and(|all| all.len() == 1);
    if blocks.iter().all(plain) {
        fields.remove("system");
    }
}

fn read_messages(messages: &[Value], problems: &mut Vec<Problem>) -> Vec<Message> {
    let mut turns = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        let path = format!("messages[{place}]");
        let role = match text(message, "role") {
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            Some("system") => Role::System,
            role => {
                if problems.len() < PROBLEMS_MAX {
                    let told = format!("unknown role `{}`; the turn is not kept", role.unwrap_or_default());
                    problems.push(problem(format!("{path}.role"), told));
                }
                continue;
            }
        };
        if let Some(object) = message.as_object() {
            unread(object, &["role", "content"], &path, problems);
        }
        let parts = block::read_all(list(message, "content"), &format!("{path}.content"), problems);
        turns.push(Message { role, parts });
    }
    turns
}

/// Takes the fields of an object whose form is known; what is left of it stays.
fn within(fields: &mut Map<String, Value>, key: &str, read: impl FnOnce(&mut Map<String, Value>)) {
    let Some(Value::Object(inner)) = fields.get_mut(key) else { return };
    read(inner);
    if inner.is_empty() {
        fields.remove(key);
    }
}

fn take<T>(fields: &mut Map<String, Value>, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
    let value = read(fields.get(key)?)?;
    fields.remove(key);
    Some(value)
}

fn inference(fields: &mut Map<String, Value>, request: &mut Request) {
    within(fields, "inferenceConfig", |inner| {
        request.max_tokens = take(inner, "maxTokens", Value::as_u64);
        request.temperature = take(inner, "temperature", Value::as_f64);
        request.top_p = take(inner, "topP", Value::as_f64);
        let stops =
            |stops: &Value| stops.as_array()?.iter().map(|stop| stop.as_str().map(str::to_owned)).collect();
        request.stop = take(inner, "stopSequences", stops).unwrap_or_default();
    });
}

/// Tools of the caller; cache points and tools of the system stay in `extra`, under the same name.
fn tools(fields: &mut Map<String, Value>, request: &mut Request, problems: &mut Vec<Problem>) {
    within(fields, "toolConfig", |inner| {
        if let Some(Value::Array(tools)) = inner.remove("tools") {
            let mut strange = Vec::new();
            for (place, tool) in tools.into_iter().enumerate() {
                match read_tool(&tool, place, problems) {
                    Some(tool) => request.tools.push(tool),
                    None => strange.push(tool),
                }
            }
            if !strange.is_empty() {
                inner.insert("tools".to_owned(), strange.into());
            }
        }
        request.tool_choice = take(inner, "toolChoice", |choice| {
            let named = told(choice, "tool").and_then(|tool| owned(tool, "name"));
            let plain = |key: &str, choice: ToolChoice, told: &Value| told.get(key).map(|_| choice);
            named
                .map(ToolChoice::Named)
                .or_else(|| plain("auto", ToolChoice::Auto, choice))
                .or_else(|| plain("any", ToolChoice::Required, choice))
        });
    });
}

fn read_tool(tool: &Value, place: usize, problems: &mut Vec<Problem>) -> Option<Tool> {
    let spec = told(tool, "toolSpec")?;
    let name = owned(spec, "name")?;
    let known = ["name", "description", "inputSchema", "strict"];
    unread(spec.as_object()?, &known, &format!("toolConfig.tools[{place}].toolSpec"), problems);
    let parameters = spec.get("inputSchema").and_then(|schema| told(schema, "json")).cloned();
    Some(Tool {
        name,
        description: spec.get("description").and_then(Value::as_str).map(str::to_owned),
        parameters: parameters.unwrap_or_else(|| json!({ "type": "object", "properties": {} })),
        strict: spec.get("strict").and_then(Value::as_bool),
    })
}

/// How much to reason is said in the words of the model's family, among its own fields.
fn reasoning(fields: &mut Map<String, Value>, request: &mut Request) {
    within(fields, "additionalModelRequestFields", |inner| {
        request.reasoning = take(inner, "thinking", |thinking| {
            let known = |key: &String| key == "type" || key == "budget_tokens";
            let plain = thinking.as_object()?.keys().all(known);
            match text(thinking, "type").filter(|_| plain)? {
                "disabled" => Some(Reasoning::Off),
                "adaptive" => Some(Reasoning::Adaptive),
                "enabled" => thinking.get("budget_tokens").and_then(Value::as_u64).map(Reasoning::Budget),
                _ => None,
            }
        });
        if request.reasoning == Some(Reasoning::Adaptive) {
            within(inner, "output_config", |output| {
                let effort = take(output, "effort", |level| level.as_str().map(str::to_owned));
                request.reasoning = effort.map(Reasoning::Effort).or_else(|| request.reasoning.take());
            });
        }
        if request.reasoning.is_none() {
            let effort = take(inner, "reasoning_effort", |level| level.as_str().map(str::to_owned));
            request.reasoning = effort.map(Reasoning::Effort);
        }
        if request.reasoning.is_none() {
            request.reasoning = take(inner, "reasoningConfig", nova);
        }
    });
}

/// Nova's words for it.
fn nova(told: &Value) -> Option<Reasoning> {
    let known = |key: &String| key == "type" || key == "maxReasoningEffort";
    let plain = told.as_object()?.keys().all(known);
    match (text(told, "type").filter(|_| plain)?, owned(told, "maxReasoningEffort")) {
        ("disabled", _) => Some(Reasoning::Off),
        ("enabled", Some(level)) => Some(Reasoning::Effort(level)),
        ("enabled", None) => Some(Reasoning::Adaptive),
        _ => None,
    }
}

/// A schema is told as text.
fn format(fields: &mut Map<String, Value>, request: &mut Request) {
    within(fields, "outputConfig", |inner| {
        request.response_format = take(inner, "textFormat", |format| {
            let schema = format.pointer("/structure/jsonSchema")?;
            if text(format, "type") != Some("json_schema") || schema.get("description").is_some() {
                return None;
            }
            Some(ResponseFormat::JsonSchema {
                name: owned(schema, "name").unwrap_or_else(|| SCHEMA_NAME.to_owned()),
                schema: serde_json::from_str(text(schema, "schema")?).ok()?,
                strict: Some(true),
            })
        });
    });
}
