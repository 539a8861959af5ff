//! OpenClaw 2026.4.12, as it was measured: two JSON files, read and written whole by whoever comes.
//!
//! Source: what its gateway and its command line were seen to do, and the order of their checks. What
//! matters in races: one request per device, replaced by the union with every other ask; approvals by
//! id alone; a token good for the request alone; a silent approval for every local first contact and
//! role; and no lock between processes.

mod approve;
mod bootstrap;
mod connect;
mod token;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Fresh;
use crate::gateway::pairing::{
    Answer, BOOTSTRAP_TTL_MS, Bootstrap, By, Command, Device, Event, PairRequest, REQUEST_TTL_MS, Step,
};
use crate::gateway::scope;
use crate::scenario::race::Start;

use super::{Keeping, Ledger};

/// `paired.json`, `pending.json` and `bootstrap.json`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Records {
    /// The devices.
    pub paired: Arc<BTreeMap<String, Device>>,
    /// The requests.
    pub pending: Arc<BTreeMap<String, PairRequest>>,
    /// The bootstrap tokens, by their hashes.
    pub bootstraps: Arc<BTreeMap<String, Bootstrap>>,
}

/// One transition while it runs.
struct Turn {
    now_ms: u64,
    fresh: Fresh,
    events: Vec<Event>,
    dropped: Vec<(String, Option<String>)>,
}

impl Turn {
    fn resolved(&mut self, request_id: &str, device_id: &str, decision: &str) {
        let payload = json!({
            "requestId": request_id, "deviceId": device_id, "decision": decision, "ts": self.now_ms,
        });
        self.events.push(Event { name: "device.pair.resolved", payload });
    }
}

impl Records {
    /// What was asked too long ago is gone when anybody reads.
    fn prune(&mut self, now_ms: u64) {
        let old = |ask: &PairRequest| now_ms > ask.ts_ms.saturating_add(REQUEST_TTL_MS);
        if self.pending.values().any(old) {
            Arc::make_mut(&mut self.pending).retain(|_, ask| !old(ask));
        }
        let old = |code: &Bootstrap| now_ms > code.ts_ms.saturating_add(BOOTSTRAP_TTL_MS);
        if self.bootstraps.values().any(old) {
            Arc::make_mut(&mut self.bootstraps).retain(|_, code| !old(code));
        }
    }

    fn list(&self) -> Answer {
        let mut pending: Vec<&PairRequest> = self.pending.values().collect();
        pending.sort_by_key(|ask| std::cmp::Reverse(ask.ts_ms));
        let paired: Vec<Value> = self.paired.values().map(Device::redacted).collect();
        let pending: Vec<Value> = pending.into_iter().map(PairRequest::to_json).collect();
        Answer::Payload(json!({"pending": pending, "paired": paired}))
    }

    fn reject(&mut self, turn: &mut Turn, id: &str) -> Result<Answer, Refusal> {
        let gone = Arc::make_mut(&mut self.pending).remove(id);
        let Some(ask) = gone else { return Err(Refusal::invalid("unknown requestId")) };
        turn.resolved(id, &ask.claim.device_id, "rejected");
        Ok(Answer::Payload(json!({"requestId": id, "deviceId": ask.claim.device_id})))
    }

    fn remove(&mut self, turn: &mut Turn, device_id: &str, by: &By) -> Result<Answer, Refusal> {
        if is_stranger(by, device_id) {
            return Err(Refusal::invalid("device pairing removal denied"));
        }
        if Arc::make_mut(&mut self.paired).remove(device_id).is_none() {
            return Err(Refusal::invalid("unknown deviceId"));
        }
        turn.dropped.push((device_id.to_owned(), None));
        Ok(Answer::Payload(json!({"deviceId": device_id})))
    }
}

/// Whether a caller may not touch that device: it is another one, and the caller is no admin.
fn is_stranger(by: &By, device_id: &str) -> bool {
    by.device_id.as_deref().is_some_and(|own| own != device_id)
        && !by.scopes.iter().any(|scope| scope == scope::ADMIN)
}

impl Ledger for Records {
    const KEEPING: Keeping = Keeping::Locked;
    const HEEDS_CLOCK: bool = false;

    fn empty(_start: &Start, _files: bool) -> Self {
        Self::default()
    }

    fn hand_out(&mut self, hash: String, token: Bootstrap) -> bool {
        Arc::make_mut(&mut self.bootstraps).insert(hash, token);
        true
    }

    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        self.prune(now_ms);
        let mut turn = Turn { now_ms, fresh, events: Vec::new(), dropped: Vec::new() };
        let answer = match command {
            Command::Connect(ask) => self.connect(&mut turn, ask),
            Command::List => Ok(self.list()),
            Command::Approve { request_id, by } => self.approve_by_id(&mut turn, request_id, by),
            Command::Reject { request_id } => self.reject(&mut turn, request_id),
            Command::Remove { device_id, by } => self.remove(&mut turn, device_id, by),
            Command::Rotate { device_id, role, scopes, by } => {
                self.rotate(&mut turn, device_id, role, scopes.as_deref(), by)
            }
            Command::Revoke { device_id, role, by } => self.revoke(&mut turn, device_id, role, by),
            // It goes by the wall, and does not notice.
            Command::ClockSet(_) => Ok(Answer::Payload(serde_json::json!({}))),
        };
        let answer = answer.unwrap_or_else(Answer::Refused);
        Step { answer, events: turn.events, log: Vec::new(), dropped: turn.dropped }
    }

    fn devices(&self) -> &BTreeMap<String, Device> {
        &self.paired
    }

    fn requests(&self) -> &BTreeMap<String, PairRequest> {
        &self.pending
    }

    fn records(&self) -> Records {
        self.clone()
    }

    fn overwrite(&mut self, _now_ms: u64, records: Records) {
        // Whoever writes the other two files leaves `bootstrap.json` as it is.
        *self = Self { bootstraps: Arc::clone(&self.bootstraps), ..records };
    }
}
