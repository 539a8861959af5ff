//! The requests that are open, and those that were decided a moment ago.

use std::time::Duration;

use serde_json::{Value, json};

use crate::gateway::desk::{ConnId, Effect};
use crate::gateway::fresh::Now;
use crate::moment::Moment;

use super::{Asked, DECISIONS};

/// The most requests that are kept at once, per kind.
const KEPT_MAX: usize = 256;

/// The largest request, in bytes of its JSON.
const REQUEST_MAX: usize = 256 * 1024;

/// The most calls that wait for one decision.
const WAITERS_MAX: usize = 64;

/// How long a decision is still told to those who ask for it.
const TOLD_FOR: Duration = Duration::from_secs(15);

/// A call that waits for a decision.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Waiter {
    pub(super) conn: ConnId,
    pub(super) request: String,
}

/// A request, open or decided.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: String,
    request: Value,
    pub(super) created_ms: u64,
    pub(super) expires_ms: u64,
    /// When it expires, or, once it is decided, when it is forgotten.
    due: Moment,
    /// What was decided (`None`: nothing, it expired); the outer `None`: it is open.
    decided: Option<Option<&'static str>>,
    waiters: Vec<Waiter>,
}

/// What an id or the beginning of one leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    None,
    One(String),
    Several,
}

/// The requests of one kind.
#[derive(Debug, Clone, Default)]
pub(in crate::gateway::desk) struct Broker {
    /// In the order in which they came.
    records: Vec<Record>,
    pub(super) requested: &'static str,
    resolved: &'static str,
    pub(super) tells_ambiguity: bool,
}

impl Record {
    pub(super) fn new(asked: Asked, now: Now) -> Self {
        Self {
            id: asked.id,
            request: asked.request,
            created_ms: now.ms,
            expires_ms: now.ms.saturating_add(asked.timeout_ms),
            due: now.at + Duration::from_millis(asked.timeout_ms),
            decided: None,
            waiters: Vec::new(),
        }
    }

    /// As lists and events show it.
    pub(super) fn entry(&self) -> Value {
        json!({
            "id": self.id, "request": self.request, "createdAtMs": self.created_ms, "expiresAtMs": self.expires_ms,
        })
    }

    /// The answer to who waits for it.
    pub(super) fn answer(&self, decision: Option<&str>) -> Value {
        json!({
            "id": self.id, "decision": decision, "createdAtMs": self.created_ms, "expiresAtMs": self.expires_ms,
        })
    }

    /// Ends it, and answers who waits.
    fn end(&mut self, decision: Option<&'static str>, at: Moment, effects: &mut Vec<Effect>) {
        self.decided = Some(decision);
        self.due = at + TOLD_FOR;
        let answer = self.answer(decision);
        effects.extend(self.waiters.drain(..).map(|waiter| Effect::Answer {
            conn: waiter.conn,
            id: waiter.request,
            result: Ok(answer.clone()),
        }));
    }
}

impl Broker {
    /// For commands.
    pub(in crate::gateway::desk) fn exec() -> Self {
        Self {
            requested: "exec.approval.requested",
            resolved: "exec.approval.resolved",
            tells_ambiguity: true,
            ..Self::default()
        }
    }

    /// For what plugins want to do.
    pub(in crate::gateway::desk) fn plugin() -> Self {
        Self {
            requested: "plugin.approval.requested",
            resolved: "plugin.approval.resolved",
            ..Self::default()
        }
    }

    /// Whether there is room for a request; the words of a refusal if not.
    pub(super) fn may_take(&self, id: &str, request: &Value) -> Result<(), String> {
        if self.get(id).is_some() {
            return Err("approval id already pending".to_owned());
        }
        if request.to_string().len() > REQUEST_MAX {
            return Err(format!("approval request is larger than {REQUEST_MAX} bytes"));
        }
        if self.records.iter().filter(|record| record.decided.is_none()).count() >= KEPT_MAX {
            return Err(format!("{KEPT_MAX} approvals are pending; decide some of them first"));
        }
        Ok(())
    }

    pub(super) fn take(&mut self, mut record: Record, waiter: Waiter) {
        record.waiters.push(waiter);
        self.push(record);
    }

    /// Keeps a request that nobody could decide, so that its end can be asked for.
    pub(super) fn keep_expired(&mut self, mut record: Record, now: Now) {
        record.end(None, now.at, &mut Vec::new());
        self.push(record);
    }

    /// The number of those that are open is bounded by [`Self::may_take`]; of the others, the
    /// oldest makes room.
    fn push(&mut self, record: Record) {
        if self.records.len() >= 2 * KEPT_MAX
            && let Some(oldest) = self.records.iter().position(|record| record.decided.is_some())
        {
            self.records.remove(oldest);
        }
        self.records.push(record);
    }

    /// Whether there is a request of this id, open or decided a moment ago.
    pub(in crate::gateway::desk) fn knows(&self, id: &str) -> bool {
        self.get(id).is_some()
    }

    fn get(&self, id: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.id == id)
    }

    fn open(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| record.decided.is_none())
    }

    /// All that are open, as a bare array.
    pub(in crate::gateway::desk) fn list(&self) -> Value {
        self.open().map(Record::entry).collect()
    }

    /// An open request by its id, or by a beginning that only one has.
    pub(super) fn find(&self, id: &str) -> Found {
        let id = id.trim();
        if let Some(record) = self.get(id) {
            return if record.decided.is_none() { Found::One(record.id.clone()) } else { Found::None };
        }
        let start = id.to_lowercase();
        let mut same = self.open().filter(|record| record.id.to_lowercase().starts_with(&start));
        match (same.next(), same.next()) {
            (Some(record), None) if !start.is_empty() => Found::One(record.id.clone()),
            (Some(_), Some(_)) if !start.is_empty() => Found::Several,
            _ => Found::None,
        }
    }

    /// `exec.approval.get`.
    pub(super) fn describe(&self, id: &str) -> Option<Value> {
        let record = self.get(id)?;
        let fact = |key: &str| record.request.get(key).cloned().unwrap_or_default();
        Some(json!({
            "id": record.id,
            "commandText": fact("command"),
            "commandPreview": fact("commandPreview"),
            "allowedDecisions": fact("allowedDecisions"),
            "host": fact("host"),
            "nodeId": fact("nodeId"),
            "agentId": fact("agentId"),
            "expiresAtMs": record.expires_ms,
        }))
    }

    /// Whether a decision is among those that the request allows.
    pub(super) fn allows(&self, id: &str, decision: &str) -> bool {
        let allowed = self.get(id).and_then(|record| record.request["allowedDecisions"].as_array());
        allowed.map_or_else(
            || DECISIONS.contains(&decision),
            |allowed| allowed.iter().any(|word| word == decision),
        )
    }

    pub(super) fn decide(
        &mut self,
        id: &str,
        decision: &'static str,
        by: &str,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some(record) = self.records.iter_mut().find(|record| record.id == id) else { return };
        record.end(Some(decision), now.at, effects);
        let payload = json!({
            "id": record.id, "decision": decision, "resolvedBy": by, "ts": now.ms, "request": record.request,
        });
        effects.push(Effect::Broadcast { event: self.resolved, payload });
    }

    /// The decision if there is one; `None`: the call is answered later.
    pub(super) fn wait(&mut self, id: &str, waiter: Waiter) -> Result<Option<Value>, &'static str> {
        let Some(record) = self.records.iter_mut().find(|record| record.id == id) else {
            return Err("approval expired or not found");
        };
        if let Some(decision) = record.decided {
            return Ok(Some(record.answer(decision)));
        }
        if record.waiters.len() >= WAITERS_MAX {
            return Err("too many calls wait for this approval");
        }
        record.waiters.push(waiter);
        Ok(None)
    }

    /// Nobody is answered who has left. What it asked stays open: others may decide or wait.
    pub(in crate::gateway::desk) fn left(&mut self, conn: ConnId) {
        for record in &mut self.records {
            record.waiters.retain(|waiter| waiter.conn != conn);
        }
    }

    pub(in crate::gateway::desk) fn deadline(&self) -> Option<Moment> {
        self.records.iter().map(|record| record.due).min()
    }

    /// Ends what has expired; forgets what was told long enough.
    pub(in crate::gateway::desk) fn wake(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.records.retain(|record| record.decided.is_none() || record.due > now.at);
        for record in self.records.iter_mut().filter(|record| record.decided.is_none()) {
            if record.due <= now.at {
                record.end(None, now.at, effects);
            }
        }
    }
}
