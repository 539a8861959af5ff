//! Writing requests. The model and whether to stream stand in the URL.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{ID, part};
use crate::chat::{Decoded, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::invented;
use crate::dialect::json::problem;
use crate::problem::Problem;

/// The words for effort that this API takes, and what stands for those that other dialects have.
const LEVELS: [(&str, &str); 6] = [
    ("minimal", "MINIMAL"),
    ("low", "LOW"),
    ("medium", "MEDIUM"),
    ("high", "HIGH"),
    ("xhigh", "HIGH"),
    ("max", "HIGH"),
];

/// How many of them mean the same in both.
const LEVELS_OWN: usize = 4;

/// Encodes a request; the problems name what this dialect cannot say.
pub(super) fn encode(request: &Request) -> Decoded<Value> {
    let own = request.extra_from.is_none_or(|from| from == ID);
    let mut writer = Writer { own, names: BTreeMap::new(), problems: Vec::new() };
    let mut body = json!({ "contents": writer.contents(&request.messages) });
    if !request.system.is_empty() {
        let parts: Vec<Value> = request.system.iter().map(|said| part::text(said)).collect();
        body["systemInstruction"] = json!({ "parts": parts });
    }
    writer.tools(request, &mut body);
    let mut config = Map::new();
    writer.options(request, &mut config);
    if !config.is_empty() {
        body["generationConfig"] = config.into();
    }
    writer.extra(request, &mut body);
    Decoded::with(body, writer.problems)
}

struct Writer<'a> {
    own: bool,
    /// The names of the calls so far, which their results repeat. An id may come again in a later turn.
    names: BTreeMap<&'a str, &'a str>,
    problems: Vec<Problem>,
}

impl<'a> Writer<'a> {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(problem(path, message));
    }

    fn options(&mut self, request: &Request, config: &mut Map<String, Value>) {
        let mut set = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                config.insert(key.to_owned(), value);
            }
        };
        set("maxOutputTokens", request.max_tokens.map(Value::from));
        set("temperature", request.temperature.map(Value::from));
        set("topP", request.top_p.map(Value::from));
        set("stopSequences", (!request.stop.is_empty()).then(|| json!(request.stop)));
        let thinking = request.reasoning.as_ref().map(|reasoning| self.thinking(reasoning));
        set("thinkingConfig", thinking);
        match &request.response_format {
            None => {}
            Some(ResponseFormat::JsonObject) => set("responseMimeType", Some("application/json".into())),
            // A schema's name is a label and has no place here; this API always holds to the schema.
            Some(ResponseFormat::JsonSchema { schema, strict, .. }) => {
                if *strict == Some(false) {
                    self.problem("response_format.strict", "a schema is always strict here");
                }
                set("responseMimeType", Some("application/json".into()));
                set("responseJsonSchema", Some(schema.clone()));
            }
        }
        if request.parallel_tool_calls == Some(false) {
            self.problem("parallel_tool_calls", "that only one tool may be called cannot be asked for");
        }
    }

    fn thinking(&mut self, reasoning: &Reasoning) -> Value {
        match reasoning {
            Reasoning::Off => json!({ "thinkingBudget": 0 }),
            Reasoning::Adaptive => json!({ "includeThoughts": true, "thinkingBudget": -1 }),
            Reasoning::Budget(tokens) => json!({ "includeThoughts": true, "thinkingBudget": tokens }),
            Reasoning::Effort(level) => {
                let known = LEVELS.iter().position(|(word, _)| word == level);
                let word = known.map_or("HIGH", |place| LEVELS[place].1);
                if known.is_none_or(|place| place >= LEVELS_OWN) {
                    self.problem("reasoning", format!("effort `{level}` has no word; sent as `{word}`"));
                }
                json!({ "includeThoughts": true, "thinkingLevel": word })
            }
        }
    }

    fn tools(&mut self, request: &Request, body: &mut Value) {
        if !request.tools.is_empty() {
            let tools: Vec<Value> = request.tools.iter().map(|tool| self.tool(tool)).collect();
            body["tools"] = json!([{ "functionDeclarations": tools }]);
        }
        let mode = match &request.tool_choice {
            None => return,
            Some(ToolChoice::Auto) => json!({ "mode": "AUTO" }),
            Some(ToolChoice::None) => json!({ "mode": "NONE" }),
            Some(ToolChoice::Required) => json!({ "mode": "ANY" }),
            Some(ToolChoice::Named(name)) => json!({ "mode": "ANY", "allowedFunctionNames": [name] }),
        };
        body["toolConfig"] = json!({ "functionCallingConfig": mode });
    }

    fn tool(&mut self, tool: &Tool) -> Value {
        let mut value = json!({ "name": tool.name });
        if let Some(description) = &tool.description {
            value["description"] = description.as_str().into();
        }
        value["parametersJsonSchema"] =
            if tool.parameters.is_object() { tool.parameters.clone() } else { json!({ "type": "object" }) };
        if tool.strict == Some(true) {
            let message = format!("that `{}` is held to its schema cannot be asked for", tool.name);
            self.problem("tools", message);
        }
        value
    }

    /// Fields kept from the decoded request join what was made here; tools of another kind join the tools.
    fn extra(&mut self, request: &Request, body: &mut Value) {
        for (key, value) in &request.extra {
            if !self.own {
                self.problem(key.as_str(), format!("`{key}` is another dialect's and is left out"));
                continue;
            }
            match (body.get_mut(key), value) {
                (Some(Value::Array(mine)), Value::Array(more)) if key == "tools" => {
                    mine.extend(more.iter().cloned());
                }
                (Some(Value::Object(mine)), Value::Object(more)) => mine.extend(more.clone()),
                _ => body[key] = value.clone(),
            }
        }
    }

    fn contents(&mut self, messages: &'a [Message]) -> Vec<Value> {
        let mut turns: Vec<Value> = Vec::new();
        let mut results = false;
        for (place, message) in messages.iter().enumerate() {
            let path = format!("messages[{place}]");
            let mut parts = self.parts(message, &path);
            // A turn has a part: this API refuses one without, and takes an empty text.
            if parts.is_empty() {
                parts.push(part::text(""));
            }
            let role = match message.role {
                Role::Assistant => "model",
                Role::User | Role::Tool => "user",
                Role::System => {
                    self.problem(path, "instructions inside the conversation are sent as the user's");
                    "user"
                }
            };
            // The results of one turn's calls must stand together in the one turn after it.
            let joins = results && message.role == Role::Tool;
            results = message.role == Role::Tool;
            let last = turns.last_mut().filter(|_| joins).and_then(|turn| turn["parts"].as_array_mut());
            match last {
                Some(last) => last.append(&mut parts),
                None => turns.push(json!({ "role": role, "parts": parts })),
            }
        }
        turns
    }

    fn parts(&mut self, message: &'a Message, path: &str) -> Vec<Value> {
        let moved = part::signatures(&message.parts, true);
        let mut out = Vec::new();
        for (at, part) in message.parts.iter().enumerate() {
            let path = format!("{path}.parts[{at}]");
            match part {
                Part::Text(said) if said.is_empty() => {}
                Part::Text(said) => out.push(part::text(said)),
                Part::Image(source) => out.push(part::image(source)),
                Part::Reasoning { text, signature } => {
                    part::thought(text, signature.as_deref(), at, &moved, &mut out);
                }
                Part::RedactedReasoning(_) => {
                    self.problem(path, "reasoning as another provider's blob is left out");
                }
                Part::ToolCall { id, name, arguments } => {
                    self.names.insert(id, name);
                    let (call, whole) = part::call(id, name, arguments, moved.of_call(at));
                    if !whole {
                        let message = "the arguments are no JSON object; sent as text under `_unparsed`";
                        self.problem(path, message);
                    }
                    out.push(call);
                }
                Part::ToolResult { call, parts, is_error } => {
                    out.push(self.result(call, parts, *is_error, &path));
                }
                Part::Refusal(said) => {
                    self.problem(path, "a refusal is sent as text");
                    out.push(part::text(said));
                }
                Part::Other(value) if self.own => out.push(value.clone()),
                Part::Other(_) => {
                    let role = format!("{:?}", message.role).to_lowercase();
                    self.problem(path, format!("a part that a {role} turn cannot say is left out"));
                }
            }
        }
        out
    }

    fn result(&mut self, call: &str, parts: &[Part], is_error: bool, path: &str) -> Value {
        let name = self.names.get(call).copied().unwrap_or_else(|| {
            let message = format!("the result of `{call}` answers no call; sent under that name");
            self.problems.push(problem(path, message));
            call
        });
        let mut inner = json!({});
        if let Some(id) = invented::given(call) {
            inner["id"] = id.into();
        }
        inner["name"] = name.into();
        let mut said: Vec<&str> = Vec::new();
        let mut media = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) => said.push(text),
                Part::Image(source) => media.push(part::image(source)),
                Part::Other(value) if self.own && part::is_own(value) => media.push(value.clone()),
                _ => self.problem(path, "a part that a function's result cannot say is left out"),
            }
        }
        inner["response"] = super::result::write(&said.join("\n"), is_error);
        if !media.is_empty() {
            self.problem(path, "only Gemini 3 and later take pictures in a function's result");
            inner["parts"] = media.into();
        }
        json!({ "functionResponse": inner })
    }
}
