//! Writing requests.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{ID, message};
use crate::chat::{
    Decoded, ImageSource, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice,
};
use crate::dialect::invented;
use crate::dialect::json::problem;
use crate::problem::Problem;

/// The words for effort that this API takes.
const EFFORTS: [&str; 3] = ["low", "medium", "high"];

/// Encodes a request; the problems name what this dialect cannot say.
pub(super) fn encode(request: &Request) -> Decoded<Value> {
    let own = request.extra_from.is_none_or(|from| from == ID);
    let mut writer = Writer { names: BTreeMap::new(), problems: Vec::new(), turns: Vec::new() };
    for said in &request.system {
        writer.turns.push(json!({ "role": "system", "content": said }));
    }
    for (place, message) in request.messages.iter().enumerate() {
        writer.message(message, &format!("messages[{place}]"));
    }
    let turns = std::mem::take(&mut writer.turns);
    let mut body = json!({ "model": request.model, "messages": turns, "stream": request.stream });
    writer.options(request, &mut body);
    writer.tools(request, &mut body);
    for (key, value) in &request.extra {
        match (body.get_mut(key), value) {
            _ if !own => {
                writer.problem(key.as_str(), format!("`{key}` is another dialect's and is left out"))
            }
            (Some(Value::Array(mine)), Value::Array(more)) if key == "tools" => {
                mine.extend(more.iter().cloned());
            }
            (Some(Value::Object(mine)), Value::Object(more)) => mine.extend(more.clone()),
            _ => body[key] = value.clone(),
        }
    }
    Decoded::with(body, writer.problems)
}

struct Writer<'a> {
    /// The names of the calls so far, which their results repeat. An id may come again in a later turn.
    names: BTreeMap<&'a str, &'a str>,
    problems: Vec<Problem>,
    turns: Vec<Value>,
}

impl<'a> Writer<'a> {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(problem(path, message));
    }

    fn options(&mut self, request: &Request, body: &mut Value) {
        let options = [
            ("num_predict", request.max_tokens.map(Value::from)),
            ("temperature", request.temperature.map(Value::from)),
            ("top_p", request.top_p.map(Value::from)),
            ("stop", (!request.stop.is_empty()).then(|| json!(request.stop))),
        ];
        let options = options.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        let options: Map<String, Value> = options.collect();
        if !options.is_empty() {
            body["options"] = options.into();
        }
        match &request.reasoning {
            None => {}
            Some(Reasoning::Off) => body["think"] = false.into(),
            Some(Reasoning::Adaptive) => body["think"] = true.into(),
            Some(Reasoning::Effort(level)) if EFFORTS.contains(&level.as_str()) => {
                body["think"] = level.as_str().into();
            }
            Some(Reasoning::Effort(level)) => {
                self.problem("reasoning", format!("effort `{level}` has no word; sent as `think: true`"));
                body["think"] = true.into();
            }
            Some(Reasoning::Budget(tokens)) => {
                let message =
                    format!("a budget of {tokens} reasoning tokens has no word; sent as `think: true`");
                self.problem("reasoning", message);
                body["think"] = true.into();
            }
        }
        match &request.response_format {
            None => {}
            Some(ResponseFormat::JsonObject) => body["format"] = "json".into(),
            // A schema's name is a label and has no place here; this API always holds to the schema.
            Some(ResponseFormat::JsonSchema { schema, strict, .. }) => {
                if *strict == Some(false) {
                    self.problem("response_format.strict", "a schema is always strict here");
                }
                body["format"] = schema.clone();
            }
        }
    }

    fn tools(&mut self, request: &Request, body: &mut Value) {
        match &request.tool_choice {
            None | Some(ToolChoice::Auto) => {}
            Some(ToolChoice::None) => {
                self.problem("tool_choice", "that no tool may be called is said by sending no tools");
                return;
            }
            Some(ToolChoice::Required | ToolChoice::Named(_)) => {
                self.problem("tool_choice", "that a tool must be called cannot be asked for");
            }
        }
        if request.parallel_tool_calls == Some(false) {
            self.problem("parallel_tool_calls", "that only one tool may be called cannot be asked for");
        }
        if !request.tools.is_empty() {
            let tools: Vec<Value> = request.tools.iter().map(|tool| self.tool(tool)).collect();
            body["tools"] = tools.into();
        }
    }

    fn tool(&mut self, tool: &Tool) -> Value {
        let mut function = json!({ "name": tool.name });
        if let Some(description) = &tool.description {
            function["description"] = description.as_str().into();
        }
        function["parameters"] = tool.parameters.clone();
        if tool.strict == Some(true) {
            let message = format!("that `{}` is held to its schema cannot be asked for", tool.name);
            self.problem("tools", message);
        }
        json!({ "type": "function", "function": function })
    }

    /// Every result is a message of its own; the rest of a turn is one.
    fn message(&mut self, message: &'a Message, path: &str) {
        let role = match message.role {
            Role::Assistant => "assistant",
            Role::System => "system",
            Role::User | Role::Tool => "user",
        };
        let mut turn = Turn::default();
        for (at, part) in message.parts.iter().enumerate() {
            let path = format!("{path}.parts[{at}]");
            match part {
                Part::ToolResult { call, parts, is_error } => self.result(call, parts, *is_error, &path),
                Part::ToolCall { id, name, arguments } => {
                    self.names.insert(id, name);
                    let (call, whole) = message::call(id, name, arguments);
                    if !whole {
                        let message = "the arguments are no JSON object; sent as text under `_unparsed`";
                        self.problem(path, message);
                    }
                    turn.calls.push(call);
                }
                part => self.part(part, &path, &mut turn),
            }
        }
        let results = |part: &Part| matches!(part, Part::ToolResult { .. });
        if message.parts.is_empty() || !message.parts.iter().all(results) {
            self.turns.push(turn.written(role));
        }
    }

    fn part(&mut self, part: &Part, path: &str, turn: &mut Turn) {
        match part {
            Part::Text(said) => turn.said.push(said.clone()),
            Part::Refusal(said) => {
                self.problem(path, "a refusal is sent as text");
                turn.said.push(said.clone());
            }
            Part::Reasoning { text, signature } => {
                if signature.is_some() {
                    self.problem(path, "the signature of a thought cannot be said");
                }
                turn.thinking.push_str(text);
            }
            Part::Image(ImageSource::Base64 { data, .. }) => turn.images.push(data.as_str().into()),
            Part::Image(ImageSource::Url(_)) => {
                self.problem(path, "a picture that is elsewhere is left out: this API takes only its bytes");
            }
            Part::RedactedReasoning(_) => {
                self.problem(path, "reasoning as another provider's blob is left out");
            }
            Part::Other(_) | Part::ToolCall { .. } | Part::ToolResult { .. } => {
                self.problem(path, "a part that a message cannot say is left out");
            }
        }
    }

    fn result(&mut self, call: &str, parts: &[Part], is_error: bool, path: &str) {
        let mut turn = Turn::default();
        for part in parts {
            self.part(part, path, &mut turn);
        }
        if is_error {
            self.problem(path, "that a tool failed (`is_error`) cannot be said");
        }
        let mut written = turn.written("tool");
        match self.names.get(call) {
            Some(name) => written["tool_name"] = (*name).into(),
            None => self.problem(path, format!("the result of `{call}` answers no call")),
        }
        if let Some(id) = invented::given(call) {
            written["tool_call_id"] = id.into();
        }
        self.turns.push(written);
    }
}

/// One message under construction.
#[derive(Default)]
struct Turn {
    said: Vec<String>,
    thinking: String,
    images: Vec<Value>,
    calls: Vec<Value>,
}

impl Turn {
    fn written(self, role: &str) -> Value {
        let mut turn = json!({ "role": role, "content": self.said.join("\n\n") });
        if !self.thinking.is_empty() {
            turn["thinking"] = self.thinking.into();
        }
        if !self.images.is_empty() {
            turn["images"] = self.images.into();
        }
        if !self.calls.is_empty() {
            turn["tool_calls"] = self.calls.into();
        }
        turn
    }
}
