//! What one transition is given, and what it leaves behind beside the book.

use serde_json::json;

use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Fresh;
use crate::gateway::log::{Level, Line};

use super::book::{Policy, ServerKey};
use super::command::{Answer, Event, Step};

/// One transition while it runs.
pub(super) struct Turn<'a> {
    pub(super) now_ms: u64,
    pub(super) key: &'a ServerKey,
    pub(super) policy: &'a Policy,
    ids: Vec<String>,
    events: Vec<Event>,
    log: Vec<Line>,
    dropped: Vec<(String, Option<String>)>,
}

/// How a request ended, as the event says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Approved,
    Rejected,
}

impl<'a> Turn<'a> {
    pub(super) fn new(now_ms: u64, fresh: Fresh, key: &'a ServerKey, policy: &'a Policy) -> Self {
        let ids = vec![fresh.second_uuid(), fresh.uuid()];
        Self { now_ms, key, policy, ids, events: Vec::new(), log: Vec::new(), dropped: Vec::new() }
    }

    /// A request id that was never given; a transition has two.
    pub(super) fn next_id(&mut self) -> Option<String> {
        self.ids.pop()
    }

    /// `device.pair.requested`.
    pub(super) fn requested(&mut self, payload: serde_json::Value) {
        self.events.push(Event { name: "device.pair.requested", payload });
    }

    /// `device.pair.resolved`.
    pub(super) fn resolved(&mut self, request_id: &str, device_id: &str, decision: Decision) {
        let decision = match decision {
            Decision::Approved => "approved",
            Decision::Rejected => "rejected",
        };
        let payload =
            json!({"requestId": request_id, "deviceId": device_id, "decision": decision, "ts": self.now_ms});
        self.events.push(Event { name: "device.pair.resolved", payload });
    }

    pub(super) fn info(&mut self, message: String) {
        self.log.push(Line::new(Level::Info, "gateway", message));
    }

    pub(super) fn warn(&mut self, message: String) {
        self.log.push(Line::new(Level::Warn, "gateway", message));
    }

    /// The sockets of a device and role must close.
    pub(super) fn drop_sockets(&mut self, device_id: &str, role: Option<&str>) {
        self.dropped.push((device_id.to_owned(), role.map(str::to_owned)));
    }

    pub(super) fn finish(self, answer: Result<Answer, Refusal>) -> Step {
        let answer = answer.unwrap_or_else(Answer::Refused);
        Step { answer, events: self.events, log: self.log, dropped: self.dropped }
    }
}
