//! The book: which nodes are paired, and which ask to be. One value, one writer.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::config::Secret;
use crate::gateway::clock::Leap;
use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Fresh;
use crate::gateway::pairing::Event;
use crate::gateway::pairing::image::AtRest;
use crate::gateway::scope;

use super::command::{Command, Step};
use super::entry::{self, Paired, Pending, WORD_MAX, cut, facts, in_order, words};

/// How long a request lives after it was last asked, in milliseconds.
pub const TTL_MS: u64 = 300_000;
/// The most requests, and the most paired nodes.
pub const NODES_MAX: usize = 1024;
/// How old `lastConnectedAtMs` must be before it is renewed, in milliseconds.
const SEEN_EVERY_MS: u64 = 60_000;
/// When a node was last let in.
const CONNECTED: &str = "lastConnectedAtMs";

/// The paired nodes, for those who only look.
pub type View = Arc<BTreeMap<String, Paired>>;

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Nodes {
    /// Requests by id.
    pub pending: BTreeMap<String, Pending>,
    /// Paired nodes by id.
    pub paired: View,
    /// Who asked last, by request id. It is stored nowhere: connections end with the gateway.
    askers: BTreeMap<String, u64>,
}

impl Nodes {
    /// One transition: wholly or not at all. `now_ms` is wall time.
    pub fn handle(&mut self, now_ms: u64, fresh: Fresh, at_rest: AtRest, command: &Command) -> Step {
        if !matches!(command, Command::ClockSet(_)) {
            self.prune(now_ms);
        }
        let was = Arc::clone(&self.paired);
        let mut step = match command {
            Command::Ask { node_id, told, asker } => {
                self.asked(node_id, told, true, Some(*asker), fresh, now_ms)
            }
            Command::Came { node_id, told, allowed, asker } => {
                self.came(node_id, told, allowed, *asker, fresh, now_ms)
            }
            Command::List => Step::of(Ok(self.list())),
            Command::Approve { request_id, scopes } => {
                self.approve(request_id, scopes, fresh, at_rest, now_ms)
            }
            Command::Reject { request_id } => self.reject(request_id, now_ms),
            Command::Verify { node_id, token } => Step::of(Ok(self.verify(node_id, token))),
            Command::Rename { node_id, name } => Step::of(self.rename(node_id, name)),
            Command::ClockSet(leap) => Step::of(Ok(self.clock_set(*leap))),
        };
        if !Arc::ptr_eq(&was, &self.paired) {
            step.paired = Some(Arc::clone(&self.paired));
        }
        step
    }

    /// Whether nobody is paired and nobody asks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paired.is_empty() && self.pending.is_empty()
    }

    /// The same nodes as a file says it now, with what only this process knows.
    #[must_use]
    pub fn renewed(
        &self,
        paired: impl Into<Arc<BTreeMap<String, Paired>>>,
        pending: BTreeMap<String, Pending>,
    ) -> Self {
        let askers = self.askers.iter().filter(|(id, _)| pending.contains_key(*id));
        Self {
            askers: askers.map(|(id, conn)| (id.clone(), *conn)).collect(),
            pending,
            paired: paired.into(),
        }
    }

    /// Forgets requests whose approval was written when the process died: the request goes last.
    pub fn forget_spent(&mut self) {
        let paired = &self.paired;
        self.pending
            .retain(|_, ask| paired.get(&ask.node_id).is_none_or(|node| ask.ts_ms > node.approved_ms));
    }

    /// A node is paired for, or its request is refreshed: its id stays.
    fn asked(
        &mut self,
        node_id: &str,
        told: &Map<String, Value>,
        renews: bool,
        asker: Option<u64>,
        fresh: Fresh,
        now_ms: u64,
    ) -> Step {
        let node_id = node_id.trim();
        if node_id.is_empty() || node_id.len() > WORD_MAX {
            let words = format!("nodeId must be a text of 1 to {WORD_MAX} bytes");
            return Step::of(Err(Refusal::invalid(words)));
        }
        let silent = told.get("silent").and_then(Value::as_bool).unwrap_or(false);
        let facts = facts(told);
        let known = self.pending.iter_mut().find(|(_, ask)| ask.node_id == node_id);
        let (id, created) = if let Some((id, known)) = known {
            let before = known.clone();
            known.facts.extend(facts);
            known.facts = in_order(&known.facts);
            known.silent &= silent;
            // Who reconnects every second must not rewrite the store every second.
            if renews || *known != before || now_ms.saturating_sub(known.ts_ms) > TTL_MS / 2 {
                known.ts_ms = now_ms;
            }
            (id.clone(), false)
        } else {
            if self.pending.len() >= NODES_MAX {
                let words = format!("{NODES_MAX} nodes wait for an approval; decide on some of them first");
                return Step::of(Err(Refusal::invalid(words)));
            }
            let ask = Pending {
                node_id: node_id.to_owned(),
                facts,
                silent: false,
                ts_ms: now_ms,
                extra: Map::new(),
            };
            self.pending.insert(fresh.uuid(), ask);
            (fresh.uuid(), true)
        };
        if let Some(asker) = asker {
            self.askers.insert(id.clone(), asker);
        }
        let entry = self.pending.get(&id).map_or(Value::Null, |ask| ask.to_json(&id));
        let mut step =
            Step::of(Ok(json!({"status": "pending", "request": entry.clone(), "created": created})));
        if created {
            step.events.push(Event { name: "node.pair.requested", payload: entry });
        }
        step
    }

    fn came(
        &mut self,
        node_id: &str,
        told: &Map<String, Value>,
        allowed: &[String],
        asker: u64,
        fresh: Fresh,
        now_ms: u64,
    ) -> Step {
        let Some(known) = self.paired.get(node_id) else {
            return self.asked(node_id, told, false, Some(asker), fresh, now_ms);
        };
        let approved: Vec<&str> = known.commands();
        let is_approved =
            |command: &&str| approved.contains(command) && allowed.iter().any(|one| one == command);
        let offers_more = !words(told.get("commands")).iter().all(is_approved);
        let seen = known.extra.get(CONNECTED).and_then(Value::as_u64).unwrap_or(0);
        if now_ms.abs_diff(seen) > SEEN_EVERY_MS
            && let Some(known) = Arc::make_mut(&mut self.paired).get_mut(node_id)
        {
            known.extra.insert(CONNECTED.to_owned(), now_ms.into());
        }
        if offers_more {
            return self.asked(node_id, told, false, Some(asker), fresh, now_ms);
        }
        Step::of(Ok(Value::Null))
    }

    /// The newest first.
    fn list(&self) -> Value {
        let mut pending: Vec<(&String, &Pending)> = self.pending.iter().collect();
        pending.sort_by_key(|(_, ask)| std::cmp::Reverse(ask.ts_ms));
        let pending = pending.into_iter().map(|(id, ask)| {
            let mut entry = ask.to_json(id);
            entry["requiredApproveScopes"] = json!(ask.needed());
            entry
        });
        let mut paired: Vec<(&String, &Paired)> = self.paired.iter().collect();
        paired.sort_by_key(|(_, paired)| std::cmp::Reverse(paired.approved_ms));
        let paired = paired.into_iter().map(|(id, paired)| paired.to_json(id));
        json!({"pending": pending.collect::<Vec<_>>(), "paired": paired.collect::<Vec<_>>()})
    }

    fn approve(
        &mut self,
        request_id: &str,
        scopes: &[String],
        fresh: Fresh,
        at_rest: AtRest,
        now_ms: u64,
    ) -> Step {
        let Some(ask) = self.pending.get(request_id) else { return unknown("requestId") };
        let holds = |wanted: &str| scopes.iter().any(|own| own == wanted || own == scope::ADMIN);
        if let Some(missing) = ask.needed().into_iter().find(|scope| !holds(scope)) {
            return Step::of(Err(Refusal::invalid(format!("missing scope: {missing}"))));
        }
        let node_id = ask.node_id.clone();
        let known = self.paired.get(&node_id);
        if known.is_none() && self.paired.len() >= NODES_MAX {
            return Step::of(Err(Refusal::invalid(format!("{NODES_MAX} nodes are paired; no more fit"))));
        }
        let token = URL_SAFE_NO_PAD.encode(fresh.0);
        let paired = Paired {
            facts: ask.facts.clone(),
            token: entry::at_rest(&token, at_rest),
            created_ms: known.map_or(now_ms, |known| known.created_ms),
            // Never before the request: by this a request is known that was approved already.
            approved_ms: now_ms.max(ask.ts_ms),
            extra: Map::new(),
        };
        let node = paired.to_json(&node_id);
        Arc::make_mut(&mut self.paired).insert(node_id.clone(), paired);
        self.pending.remove(request_id);
        let resolved = resolved(request_id, &node_id, "approved", now_ms);
        let mut step = Step::of(Ok(json!({"requestId": request_id, "node": node})));
        if let Some(asker) = self.askers.remove(request_id) {
            let mut payload = resolved.payload.clone();
            payload["token"] = token.into();
            step.told = Some((asker, Event { name: resolved.name, payload }));
        }
        step.events.push(resolved);
        step
    }

    fn reject(&mut self, request_id: &str, now_ms: u64) -> Step {
        let Some(ask) = self.pending.remove(request_id) else { return unknown("requestId") };
        self.askers.remove(request_id);
        let mut step = Step::of(Ok(json!({"requestId": request_id, "nodeId": ask.node_id})));
        step.events.push(resolved(request_id, &ask.node_id, "rejected", now_ms));
        step
    }

    /// The entry of a node that proves itself by its token.
    fn verify(&self, node_id: &str, token: &Secret) -> Value {
        let node_id = node_id.trim();
        match self.paired.get(node_id).filter(|node| node.is_token(token.expose())) {
            Some(node) => json!({"ok": true, "node": node.to_json(node_id)}),
            None => json!({"ok": false}),
        }
    }

    fn rename(&mut self, node_id: &str, name: &str) -> Result<Value, Refusal> {
        let (node_id, name) = (node_id.trim(), name.trim());
        if name.is_empty() {
            return Err(Refusal::invalid("displayName required"));
        }
        if !self.paired.contains_key(node_id) {
            return Err(Refusal::invalid("unknown nodeId"));
        }
        if let Some(known) = Arc::make_mut(&mut self.paired).get_mut(node_id) {
            known.facts.insert("displayName".into(), cut(name).into());
            known.facts = in_order(&known.facts);
        }
        Ok(json!({"nodeId": node_id, "displayName": name}))
    }

    /// Requests are as old as they were. None comes before the approval of its node, which would end it,
    /// and none ends because another process on this store has carried it over before.
    fn clock_set(&mut self, leap: Leap) -> Value {
        let is_over = |ask: &Pending| leap.from_ms.saturating_sub(ask.ts_ms) >= TTL_MS;
        let is_carried = |ask: &Pending| ask.ts_ms <= leap.to_ms && leap.to_ms - ask.ts_ms < TTL_MS;
        self.pending.retain(|_, ask| !is_over(ask) || is_carried(ask));
        for ask in self.pending.values_mut().filter(|ask| !is_over(ask)) {
            let approved_ms =
                self.paired.get(&ask.node_id).map_or(0, |node| node.approved_ms.saturating_add(1));
            ask.ts_ms = leap.carry(ask.ts_ms).min(leap.to_ms).max(approved_ms);
        }
        json!({})
    }

    fn prune(&mut self, now_ms: u64) {
        self.pending.retain(|_, ask| now_ms.saturating_sub(ask.ts_ms) < TTL_MS);
        let pending = &self.pending;
        self.askers.retain(|id, _| pending.contains_key(id));
    }
}

fn unknown(what: &str) -> Step {
    Step::of(Err(Refusal::invalid(format!("unknown {what}"))))
}

fn resolved(request_id: &str, node_id: &str, decision: &str, now_ms: u64) -> Event {
    let payload = json!({"requestId": request_id, "nodeId": node_id, "decision": decision, "ts": now_ms});
    Event { name: "node.pair.resolved", payload }
}
