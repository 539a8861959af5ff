//! Unfolds a whole answer into the events that would have streamed it.

use super::{Event, Part, PartKind, Response};

/// The events that fold back into `response` (its first choice).
#[must_use]
pub fn unfold(response: &Response) -> Vec<Event> {
    let mut events = vec![Event::Start { id: response.id.clone(), model: response.model.clone() }];
    for (part, number) in response.parts.iter().zip(0_u32..) {
        part_events(part, number, &mut events);
    }
    if let Some(error) = &response.error {
        events.push(Event::Error(error.clone()));
        return events;
    }
    events.push(Event::Usage(response.usage));
    if let Some(finish) = &response.finish {
        events.push(Event::Finish { choice: 0, finish: finish.clone() });
    }
    events.push(Event::End);
    events
}

fn part_events(part: &Part, number: u32, events: &mut Vec<Event>) {
    let (kind, text, signature) = match part {
        Part::Text(text) => (PartKind::Text, text.as_str(), None),
        Part::Reasoning { text, signature } => (PartKind::Reasoning, text.as_str(), signature.as_ref()),
        Part::RedactedReasoning(data) => (PartKind::RedactedReasoning(data.clone()), "", None),
        Part::ToolCall { id, name, arguments } => {
            (PartKind::ToolCall { id: id.clone(), name: name.clone() }, arguments.as_str(), None)
        }
        Part::Refusal(text) => (PartKind::Refusal, text.as_str(), None),
        Part::Other(value) => (PartKind::Other(value.clone()), "", None),
        // A model does not send these.
        Part::Image(_) | Part::ToolResult { .. } => return,
    };
    events.push(Event::PartStart { part: number, choice: 0, kind });
    if !text.is_empty() {
        events.push(Event::Delta { part: number, text: text.to_owned() });
    }
    if let Some(signature) = signature {
        events.push(Event::Signature { part: number, signature: signature.clone() });
    }
    events.push(Event::PartEnd { part: number });
}
