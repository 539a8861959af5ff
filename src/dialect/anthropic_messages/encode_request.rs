//! Writing requests.

use serde_json::{Value, json};

use super::{ID, block};
use crate::chat::{Decoded, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::json::problem;
use crate::problem::Problem;

/// The tokens to ask for when the request names no limit, as this API demands one: what
/// every model of the family takes.
const MAX_TOKENS_DEFAULT: u64 = 4096;

/// The highest temperature that this API takes.
const TEMPERATURE_MAX: f64 = 1.0;

/// The words for effort that this API takes.
const EFFORTS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];

/// Encodes a request; the problems name what this dialect cannot say.
pub(super) fn encode(request: &Request) -> Decoded<Value> {
    let own = request.extra_from.is_none_or(|from| from == ID);
    let mut writer = Writer { own, problems: Vec::new() };
    let mut body = json!({ "model": request.model });
    match request.system.as_slice() {
        [] => {}
        [one] => body["system"] = one.as_str().into(),
        many => body["system"] = many.iter().map(|text| json!({ "type": "text", "text": text })).collect(),
    }
    body["messages"] = writer.messages(&request.messages).into();
    writer.options(request, &mut body);
    writer.tools(request, &mut body);
    writer.extra(request, &mut body);
    Decoded::with(body, writer.problems)
}

struct Writer {
    own: bool,
    problems: Vec<Problem>,
}

impl Writer {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(problem(path, message));
    }

    fn options(&mut self, request: &Request, body: &mut Value) {
        let budget = match request.reasoning {
            Some(Reasoning::Budget(tokens)) => tokens,
            _ => 0,
        };
        let default = MAX_TOKENS_DEFAULT.saturating_add(budget);
        body["max_tokens"] = request.max_tokens.unwrap_or(default).into();
        if let Some(temperature) = request.temperature {
            if temperature > TEMPERATURE_MAX {
                let message = format!("temperature {temperature} is lowered to {TEMPERATURE_MAX}");
                self.problem("temperature", message);
            }
            body["temperature"] = temperature.min(TEMPERATURE_MAX).into();
        }
        if let Some(top_p) = request.top_p {
            body["top_p"] = top_p.into();
        }
        if !request.stop.is_empty() {
            body["stop_sequences"] = json!(request.stop);
        }
        if request.stream {
            body["stream"] = true.into();
        }
        match &request.reasoning {
            None => {}
            Some(Reasoning::Off) => body["thinking"] = json!({ "type": "disabled" }),
            Some(Reasoning::Adaptive) => body["thinking"] = json!({ "type": "adaptive" }),
            Some(Reasoning::Budget(tokens)) => {
                body["thinking"] = json!({ "type": "enabled", "budget_tokens": tokens });
            }
            Some(Reasoning::Effort(level)) => {
                let known = EFFORTS.contains(&level.as_str());
                if !known {
                    self.problem("reasoning", format!("effort `{level}` has no word; sent as `low`"));
                }
                body["thinking"] = json!({ "type": "adaptive" });
                body["output_config"] = json!({ "effort": if known { level } else { "low" } });
            }
        }
        self.format(request.response_format.as_ref(), body);
    }

    /// A schema's name is a label and has no place here; this API always holds to the schema.
    fn format(&mut self, format: Option<&ResponseFormat>, body: &mut Value) {
        match format {
            None => {}
            Some(ResponseFormat::JsonObject) => {
                self.problem("response_format", "JSON without a schema cannot be asked for");
            }
            Some(ResponseFormat::JsonSchema { schema, strict, .. }) => {
                if *strict == Some(false) {
                    self.problem("response_format.strict", "a schema is always strict here");
                }
                let mut output = body["output_config"].take();
                output["format"] = json!({ "type": "json_schema", "schema": schema });
                body["output_config"] = output;
            }
        }
    }

    fn tools(&mut self, request: &Request, body: &mut Value) {
        if !request.tools.is_empty() {
            body["tools"] = request.tools.iter().map(tool).collect();
        }
        let mut choice = match &request.tool_choice {
            None if request.parallel_tool_calls.is_some() && !request.tools.is_empty() => {
                json!({ "type": "auto" })
            }
            None => Value::Null,
            Some(ToolChoice::Auto) => json!({ "type": "auto" }),
            Some(ToolChoice::None) => json!({ "type": "none" }),
            Some(ToolChoice::Required) => json!({ "type": "any" }),
            Some(ToolChoice::Named(name)) => json!({ "type": "tool", "name": name }),
        };
        if let Some(parallel) = request.parallel_tool_calls {
            if choice.is_null() || request.tool_choice == Some(ToolChoice::None) {
                self.problem("parallel_tool_calls", "parallel calls cannot be spoken of without a tool");
            } else {
                choice["disable_parallel_tool_use"] = (!parallel).into();
            }
        }
        if !choice.is_null() {
            body["tool_choice"] = choice;
        }
    }

    /// Fields kept from the decoded request; tools of another kind join the tools.
    fn extra(&mut self, request: &Request, body: &mut Value) {
        for (key, value) in &request.extra {
            if !self.own {
                self.problem(key.as_str(), format!("`{key}` is another dialect's and is left out"));
                continue;
            }
            match (body.get_mut(key), value) {
                (Some(Value::Array(tools)), Value::Array(more)) if key == "tools" => {
                    tools.extend(more.iter().cloned());
                }
                (Some(Value::Object(mine)), Value::Object(more)) if key == "output_config" => {
                    mine.extend(more.clone());
                }
                _ => body[key] = value.clone(),
            }
        }
    }

    fn messages(&mut self, messages: &[Message]) -> Vec<Value> {
        let mut turns: Vec<Value> = Vec::new();
        let mut results = false;
        for (place, message) in messages.iter().enumerate() {
            let path = format!("messages[{place}]");
            let mut blocks = Vec::new();
            for (at, part) in message.parts.iter().enumerate() {
                blocks.extend(self.part(part, message.role, &format!("{path}.parts[{at}]")));
            }
            let role = match message.role {
                Role::Assistant => "assistant",
                Role::User | Role::Tool => "user",
                Role::System => {
                    self.problem(&path, "instructions inside the conversation are sent as the user's");
                    "user"
                }
            };
            // The results of one turn's calls must stand together in the one turn after it.
            if results && message.role == Role::Tool {
                if let Some(content) = turns.last_mut().and_then(|turn| turn["content"].as_array_mut()) {
                    content.append(&mut blocks);
                }
                continue;
            }
            results = message.role == Role::Tool;
            let plain = match message.parts.as_slice() {
                [Part::Text(text)] if message.role != Role::Tool && !text.is_empty() => Some(text),
                _ => None,
            };
            let content = plain.map_or_else(|| blocks.into(), |text| Value::from(text.as_str()));
            turns.push(json!({ "role": role, "content": content }));
        }
        turns
    }

    fn part(&mut self, part: &Part, role: Role, path: &str) -> Option<Value> {
        match part {
            Part::Text(said) if said.is_empty() => {
                self.problem(path, "an empty text is left out, as this API refuses it");
                None
            }
            Part::Text(said) => Some(json!({ "type": "text", "text": said })),
            Part::Image(source) => Some(block::write_image(source)),
            Part::Reasoning { text, signature: Some(signature) } => {
                Some(json!({ "type": "thinking", "thinking": text, "signature": signature }))
            }
            Part::Reasoning { signature: None, .. } => {
                self.problem(path, "reasoning without a signature is left out, as this API refuses it");
                None
            }
            Part::RedactedReasoning(data) => Some(json!({ "type": "redacted_thinking", "data": data })),
            Part::ToolCall { id, name, arguments } => {
                let (block, whole) = block::write_tool_use(&self.id(id, path), name, arguments);
                if !whole {
                    self.problem(path, "the arguments are no JSON object; sent as text under `_unparsed`");
                }
                Some(block)
            }
            Part::ToolResult { call, parts, is_error } => Some(self.result(call, parts, *is_error, path)),
            Part::Refusal(said) => {
                self.problem(path, "a refusal is sent as text");
                Some(json!({ "type": "text", "text": said }))
            }
            Part::Other(value) if self.own => Some(value.clone()),
            Part::Other(_) => {
                self.problem(
                    path,
                    format!("a part that a {role:?} turn cannot say is left out").to_lowercase(),
                );
                None
            }
        }
    }

    fn result(&mut self, call: &str, parts: &[Part], is_error: bool, path: &str) -> Value {
        let mut result = json!({ "type": "tool_result", "tool_use_id": self.id(call, path) });
        match parts {
            [] => {}
            [Part::Text(said)] => result["content"] = said.as_str().into(),
            parts => {
                let mut blocks = Vec::new();
                for part in parts {
                    match part {
                        Part::Text(_) | Part::Image(_) | Part::Other(_) => {
                            blocks.extend(self.part(part, Role::Tool, path));
                        }
                        _ => self.problem(path, "a part that a tool's result cannot say is left out"),
                    }
                }
                result["content"] = blocks.into();
            }
        }
        if is_error {
            result["is_error"] = true.into();
        }
        result
    }

    /// A call's id as this API takes it: letters, digits, `_` and `-`.
    fn id(&mut self, id: &str, path: &str) -> String {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        if !id.is_empty() && id.chars().all(fits) {
            return id.to_owned();
        }
        self.problem(path, format!("the id `{id}` has letters that this API refuses; they are sent as `_`"));
        if id.is_empty() { "_".to_owned() } else { id.replace(|letter| !fits(letter), "_") }
    }
}

fn tool(tool: &Tool) -> Value {
    let mut value = json!({ "name": tool.name });
    if let Some(description) = &tool.description {
        value["description"] = description.as_str().into();
    }
    value["input_schema"] =
        if tool.parameters.is_object() { tool.parameters.clone() } else { json!({ "type": "object" }) };
    if let Some(strict) = tool.strict {
        value["strict"] = strict.into();
    }
    value
}
