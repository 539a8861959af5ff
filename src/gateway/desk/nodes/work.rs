//! `node.pending.*`: what a node is to do when it comes by.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::gateway::desk::{Call, Desk, Reply, refuse, say, text};
use crate::gateway::frame::Refusal;

use super::catalog;

/// Nodes for which something waits, at most.
const NODES_MAX: usize = 1024;
/// Items that a node is given where it does not say how many.
const ITEMS: u64 = 4;
/// The item that every node finds where nothing else asks for its status.
const BASELINE: &str = "baseline-status";
/// The type of item that asks a node how it is.
const STATUS: &str = "status.request";

/// Something to do.
#[derive(Debug, Clone)]
struct Item {
    id: String,
    /// At most one of each type waits.
    kind: String,
    is_high: bool,
    created_ms: u64,
    expires_ms: Option<u64>,
}

/// What waits for one node.
#[derive(Debug, Clone, Default)]
struct Queue {
    revision: u64,
    items: Vec<Item>,
}

/// What waits for all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Work(BTreeMap<String, Queue>);

impl Item {
    fn to_json(&self) -> Value {
        json!({
            "id": self.id, "type": self.kind, "priority": if self.is_high { "high" } else { "normal" },
            "createdAtMs": self.created_ms, "expiresAtMs": self.expires_ms,
        })
    }
}

impl Queue {
    fn prune(&mut self, now_ms: u64) {
        let before = self.items.len();
        self.items.retain(|item| item.expires_ms.is_none_or(|expires| expires > now_ms));
        self.revision += u64::from(self.items.len() < before);
    }
}

/// `node.pending.enqueue`. Nothing wakes a node here, so nothing is said to have woken.
pub(super) fn enqueue(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let Some(node_id) = text(call.params, "nodeId") else { return refuse("nodeId required") };
    let queues = &mut desk.nodes.work.0;
    if !queues.contains_key(node_id) && queues.len() >= NODES_MAX {
        queues.retain(|_, queue| {
            queue.prune(call.now.ms);
            !queue.items.is_empty()
        });
        if queues.len() >= NODES_MAX {
            let words = format!("something waits for {NODES_MAX} nodes already");
            return Reply::Now(Err(Refusal::unavailable(words)));
        }
    }
    let queue = queues.entry(node_id.to_owned()).or_default();
    queue.prune(call.now.ms);
    let kind = text(call.params, "type").unwrap_or_default();
    let at = queue.items.iter().position(|item| item.kind == kind).unwrap_or_else(|| {
        let expires = call.params.get("expiresInMs").and_then(Value::as_u64);
        queue.items.push(Item {
            id: call.fresh.uuid(),
            kind: kind.to_owned(),
            is_high: call.params["priority"] == "high",
            created_ms: call.now.ms,
            expires_ms: expires.map(|within| call.now.ms.saturating_add(within)),
        });
        queue.revision += 1;
        queue.items.len() - 1
    });
    say(json!({
        "nodeId": node_id, "revision": queue.revision, "queued": queue.items[at].to_json(),
        "wakeTriggered": false,
    }))
}

/// `node.pending.drain`. Items stay until they expire.
pub(super) fn drain(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let node_id = catalog::node_id(call.caller);
    let queue = desk.nodes.work.0.get_mut(node_id);
    let revision = queue.as_ref().map_or(0, |queue| queue.revision);
    let mut items: Vec<Item> = Vec::new();
    if let Some(queue) = queue {
        queue.prune(call.now.ms);
        items.clone_from(&queue.items);
        if queue.items.is_empty() {
            desk.nodes.work.0.remove(node_id);
        }
    }
    items.sort_by(|a, b| (!a.is_high, a.created_ms, &a.id).cmp(&(!b.is_high, b.created_ms, &b.id)));
    let most = call.params.get("maxItems").and_then(Value::as_u64).unwrap_or(ITEMS);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut shown: Vec<Value> = items.iter().take(most).map(Item::to_json).collect();
    let mut has_more = items.len() > shown.len();
    if !items.iter().any(|item| item.kind == STATUS) {
        let baseline = json!({
            "id": BASELINE, "type": STATUS, "priority": "default", "createdAtMs": call.now.ms,
            "expiresAtMs": null,
        });
        if shown.len() < most {
            shown.push(baseline);
        } else {
            has_more = true;
        }
    }
    say(json!({"nodeId": node_id, "revision": revision, "items": shown, "hasMore": has_more}))
}

/// `node.pending.pull`. OpenClaw keeps commands here that a telephone could not do in the background;
/// here the caller hears that they failed, and nothing is kept.
pub(super) fn pull(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    say(json!({"nodeId": catalog::node_id(call.caller), "actions": []}))
}

/// `node.pending.ack`.
pub(super) fn ack(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    let mut ids: Vec<&str> = Vec::new();
    for id in call.params["ids"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::trim) {
        if !id.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
    }
    say(json!({"nodeId": catalog::node_id(call.caller), "ackedIds": ids, "remainingCount": 0}))
}
