//! Tool calls do not reach the caller.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::{Event, PartKind};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M03",
        name: "loses-tool-call",
        about: "tool calls do not reach the caller",
        source: "seen: bridges between dialects drop what they do not know, https://github.com/ENTERPILOT/GoModel/pull/124",
        ought: "give every tool call, whole",
        example: "provoke run --mutant loses-tool-call",
        ..MUTANT
    },
    conduct: &LosesToolCall,
    provoked_by: &[Provocation::TOOL_CALL],
    caught_by: &["tool.calls-whole"],
    why: "",
};

#[derive(Debug)]
struct LosesToolCall;

impl Conduct for LosesToolCall {
    fn tells(&self, event: Event) -> Vec<Event> {
        let call = matches!(event, Event::PartStart { kind: PartKind::ToolCall { .. }, .. });
        if call { Vec::new() } else { vec![event] }
    }
}
