//! Folds a streamed answer into a whole one.

use std::collections::BTreeMap;

use super::{Event, Part, PartKind, Response};

/// Folds events into the [`Response`] that they amount to.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    response: Response,
    parts: BTreeMap<u32, Open>,
    ended: bool,
}

#[derive(Debug, Clone)]
struct Open {
    choice: u32,
    kind: PartKind,
    text: String,
    signature: Option<String>,
}

impl Fold {
    /// A fold that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one event.
    pub fn push(&mut self, event: &Event) {
        match event {
            Event::Start { id, model } => {
                self.response.id = id.clone().or_else(|| self.response.id.take());
                self.response.model = model.clone().or_else(|| self.response.model.take());
            }
            Event::PartStart { part, choice, kind } => {
                let open = Open { choice: *choice, kind: kind.clone(), text: String::new(), signature: None };
                self.parts.insert(*part, open);
            }
            Event::Delta { part, text } => {
                if let Some(open) = self.parts.get_mut(part) {
                    open.text.push_str(text);
                }
            }
            Event::Signature { part, signature } => {
                if let Some(open) = self.parts.get_mut(part) {
                    open.signature.get_or_insert_default().push_str(signature);
                }
            }
            Event::Usage(usage) => self.response.usage.update(usage),
            Event::Finish { choice, finish } => {
                if *choice == 0 || self.response.finish.is_none() {
                    self.response.finish = Some(finish.clone());
                }
            }
            Event::End => self.ended = true,
            Event::Error(error) => {
                self.response.error.get_or_insert_with(|| error.clone());
            }
            Event::PartEnd { .. } | Event::Ping | Event::Other(_) => {}
        }
    }

    /// Whether the terminal event was seen.
    #[must_use]
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// The answer as far as it was told.
    #[must_use]
    pub fn response(&self) -> Response {
        let mut response = self.response.clone();
        for open in self.parts.values() {
            let part = open.clone().close();
            if open.choice == 0 {
                response.parts.push(part);
                continue;
            }
            let place = open.choice as usize - 1;
            if response.more_choices.len() <= place && place < MORE_CHOICES_MAX {
                response.more_choices.resize(place + 1, Vec::new());
            }
            if let Some(choice) = response.more_choices.get_mut(place) {
                choice.push(part);
            }
        }
        response
    }
}

/// The most choices beyond the first that are kept.
const MORE_CHOICES_MAX: usize = 128;

impl Open {
    fn close(self) -> Part {
        match self.kind {
            PartKind::Text => Part::Text(self.text),
            PartKind::Reasoning => Part::Reasoning { text: self.text, signature: self.signature },
            PartKind::RedactedReasoning(data) => Part::RedactedReasoning(data),
            PartKind::ToolCall { id, name } => Part::ToolCall { id, name, arguments: self.text },
            PartKind::Refusal => Part::Refusal(self.text),
            PartKind::Other(value) => Part::Other(value),
        }
    }
}
