//! Writing the turns of a conversation. The API wants them to alternate, so turns of one role that follow
//! each other are sent as one.

use serde_json::{Value, json};

use super::block;
use super::family::Family;
use crate::chat::{Message, Part, Role};
use crate::dialect::json::problem;
use crate::problem::Problem;

/// The longest id of a call.
const ID_MAX: usize = 64;

/// Writes turns, and collects what cannot be said.
pub(super) struct Turns {
    own: bool,
    family: Family,
    /// What cannot be said.
    pub(super) problems: Vec<Problem>,
}

impl Turns {
    /// For a request whose other parts are this dialect's `own`, or not.
    pub(super) const fn new(own: bool, family: Family) -> Self {
        Self { own, family, problems: Vec::new() }
    }

    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(problem(path, message));
    }

    /// The turns.
    pub(super) fn write(&mut self, messages: &[Message]) -> Vec<Value> {
        let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
        for (place, message) in messages.iter().enumerate() {
            let path = format!("messages[{place}]");
            let role = match message.role {
                Role::Assistant => "assistant",
                Role::User | Role::Tool => "user",
                Role::System => {
                    self.problem(&path, "instructions inside the conversation are sent as the user's");
                    "user"
                }
            };
            let blocks = block::write_all(&message.parts, |at, part| {
                self.part(part, message.role, &format!("{path}.parts[{at}]"))
            });
            if blocks.is_empty() {
                self.problem(&path, "a turn without content is left out, as this API refuses it");
                continue;
            }
            match turns.last_mut().filter(|(last, _)| *last == role) {
                Some((_, before)) => before.extend(blocks),
                None => turns.push((role, blocks)),
            }
        }
        turns.into_iter().map(|(role, content)| json!({ "role": role, "content": content })).collect()
    }

    fn part(&mut self, part: &Part, role: Role, path: &str) -> Option<Value> {
        match part {
            Part::Text(said) if said.trim().is_empty() => {
                self.problem(path, "a blank text is left out, as this API refuses it");
                None
            }
            Part::Text(said) => Some(json!({ "text": said })),
            Part::Image(source) => {
                let image = block::write_image(source);
                if image.is_none() {
                    self.problem(path, "a picture that is not png, jpeg, gif or webp in base64 is left out");
                }
                image
            }
            Part::Reasoning { signature: None, .. } if self.family == Family::Claude && !self.own => {
                self.problem(path, "reasoning without a signature is left out, as this API refuses it");
                None
            }
            Part::Reasoning { text, signature } => Some(block::write_reasoning(text, signature.as_deref())),
            Part::RedactedReasoning(data) => Some(json!({ "reasoningContent": { "redactedContent": data } })),
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
                Some(json!({ "text": said }))
            }
            Part::Other(told) if self.own => Some(told.clone()),
            Part::Other(_) => {
                let message = format!("a part that a {role:?} turn cannot say is left out").to_lowercase();
                self.problem(path, message);
                None
            }
        }
    }

    fn result(&mut self, call: &str, parts: &[Part], is_error: bool, path: &str) -> Value {
        let mut content = Vec::new();
        for part in parts {
            match part {
                // A blank result is an answer too, unlike a blank turn.
                Part::Text(said) => content.push(json!({ "text": said })),
                Part::Image(_) | Part::Other(_) => content.extend(self.part(part, Role::Tool, path)),
                _ => self.problem(path, "a part that a tool's result cannot say is left out"),
            }
        }
        let mut result = json!({ "toolUseId": self.id(call, path), "content": content });
        if is_error {
            result["status"] = "error".into();
        }
        json!({ "toolResult": result })
    }

    /// A call's id as this API takes it: letters, digits, `_` and `-`, at most 64 of them.
    fn id(&mut self, id: &str, path: &str) -> String {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        if !id.is_empty() && id.len() <= ID_MAX && id.chars().all(fits) {
            return id.to_owned();
        }
        self.problem(path, format!("the id `{id}` has letters that this API refuses; they are sent as `_`"));
        let sent: String =
            id.chars().map(|letter| if fits(letter) { letter } else { '_' }).take(ID_MAX).collect();
        if sent.is_empty() { "_".to_owned() } else { sent }
    }
}
