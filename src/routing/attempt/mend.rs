//! What callers stumble over and the router can put right without guessing.
//!
//! The recording keeps what came; only the caller gets the mended answer.

use std::collections::BTreeSet;

use crate::chat::replay::Replay;
use crate::chat::{Event, Finish, FinishReason, PartKind};

/// Mends the events of one answer, one after the other.
#[derive(Debug, Default)]
pub(super) struct Mend {
    replay: Replay,
    /// The ids of calls that were given out.
    ids: BTreeSet<String>,
    /// The choices that call something.
    calling: BTreeSet<u32>,
}

impl Mend {
    /// The event as the caller should get it; `None` where it says nothing new.
    pub(super) fn mend(&mut self, event: Event) -> Option<Event> {
        if self.replay.repeats(&event) {
            return None;
        }
        Some(match event {
            Event::PartStart { part, choice, kind: PartKind::ToolCall { id, name } } => {
                self.calling.insert(choice);
                let id = self.own(id);
                Event::PartStart { part, choice, kind: PartKind::ToolCall { id, name } }
            }
            Event::PartStart { choice, kind: PartKind::Other(_), .. } => {
                self.calling.insert(choice);
                event
            }
            Event::Finish { choice, finish } if finish.reason == FinishReason::ToolCalls => {
                // A caller that is told of calls waits for them.
                let finish = if self.calling.contains(&choice) {
                    finish
                } else {
                    Finish { reason: FinishReason::Stop, raw: "stop".to_owned() }
                };
                Event::Finish { choice, finish }
            }
            other => other,
        })
    }

    /// An id that no other call of the answer has. A new one is as long as the old one and made of
    /// the same letters but for its tail, since providers bound both.
    fn own(&mut self, id: String) -> String {
        if id.is_empty() || self.ids.insert(id.clone()) {
            return id;
        }
        let mut number = 2_u32;
        loop {
            let tail = number.to_string();
            let kept = id.chars().count().saturating_sub(tail.len());
            let renamed: String = id.chars().take(kept).chain(tail.chars()).collect();
            if self.ids.insert(renamed.clone()) {
                return renamed;
            }
            number = number.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_with_one_id_get_ids_of_the_same_length() {
        let mut mend = Mend::default();
        let ids: Vec<String> =
            ["call_a", "call_a", "call_2", "call_a", ""].map(|id| mend.own(id.to_owned())).into();
        assert_eq!(ids, ["call_a", "call_2", "call_3", "call_4", ""]);
    }
}
