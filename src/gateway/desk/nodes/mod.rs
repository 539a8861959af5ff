//! `node.list`, `node.describe`, `node.rename` and `node.pair.*`.
//!
//! A node's token is told once, to the connection that asked for the pairing, when it is
//! approved: in an event `node.pair.resolved` of its own, with `token`. No answer and no broadcast
//! carries a token; the store keeps its SHA-256. Who missed it asks again.

mod book;
mod catalog;

use serde_json::{Map, Value, json};

use super::registry::{Family, unsupported};
use super::{Call, Effect, Guest, Reply, refuse, say, text};
use crate::gateway::frame::Refusal;
use crate::gateway::scope;

pub(super) use book::Nodes;

pub(super) const METHODS: Family = &[
    ("node.list", |desk, call| {
        say(json!({"ts": call.now.ms, "nodes": catalog::all(&desk.nodes, call.guests)}))
    }),
    ("node.describe", |desk, call| {
        let wanted = text(call.params, "nodeId").unwrap_or_default();
        let all = catalog::all(&desk.nodes, call.guests);
        let Some(Value::Object(node)) = all.into_iter().find(|node| node["nodeId"] == wanted) else {
            return refuse("unknown nodeId");
        };
        let mut payload = Map::from_iter([("ts".to_owned(), call.now.ms.into())]);
        payload.extend(node);
        say(Value::Object(payload))
    }),
    ("node.rename", |desk, call| {
        let (Some(id), Some(name)) = (text(call.params, "nodeId"), text(call.params, "displayName")) else {
            return refuse("displayName required");
        };
        match desk.nodes.rename(id, name) {
            true => say(json!({"nodeId": id, "displayName": name})),
            false => refuse("unknown nodeId"),
        }
    }),
    ("node.invoke", |_, call| {
        let wanted = text(call.params, "nodeId").unwrap_or_default();
        let is_wanted = |guest: &Guest| guest.role == scope::ROLE_NODE && book::node_id(guest) == wanted;
        if call.guests.values().any(is_wanted) {
            return unsupported("node.invoke");
        }
        let refusal = Refusal::unavailable("node not connected").with(json!({"code": "NOT_CONNECTED"}));
        Reply::Now(Err(refusal))
    }),
    ("node.pair.request", |desk, call| {
        let Some(node_id) = text(call.params, "nodeId") else { return refuse("nodeId required") };
        let asked = desk.nodes.ask(node_id, call.params, Some(call.caller.conn), call.fresh.uuid(), call.now);
        match asked {
            Ok((request, created)) => {
                if created {
                    call.effects
                        .push(Effect::Broadcast { event: "node.pair.requested", payload: request.clone() });
                }
                say(json!({"status": "pending", "request": request, "created": created}))
            }
            Err(message) => refuse(message),
        }
    }),
    ("node.pair.list", |desk, call| say(desk.nodes.list(call.now))),
    ("node.pair.approve", |desk, call| approve(&mut desk.nodes, call)),
    ("node.pair.reject", |desk, call| {
        let id = call.params["requestId"].as_str().unwrap_or_default();
        let Some(pending) = desk.nodes.withdraw(id, call.now) else { return refuse("unknown requestId") };
        let payload = json!({
            "requestId": id, "nodeId": pending.node_id, "decision": "rejected", "ts": call.now.ms,
        });
        call.effects.push(Effect::Broadcast { event: "node.pair.resolved", payload });
        say(json!({"requestId": id, "nodeId": pending.node_id}))
    }),
    ("node.pair.verify", |desk, call| {
        let token = call.params["token"].as_str().unwrap_or_default();
        let node = text(call.params, "nodeId").and_then(|id| desk.nodes.verify(id, token));
        say(node.map_or_else(|| json!({"ok": false}), |node| json!({"ok": true, "node": node})))
    }),
];

fn approve(nodes: &mut Nodes, call: &mut Call<'_>) -> Reply {
    let id = call.params["requestId"].as_str().unwrap_or_default();
    let Some(needed) = nodes.needed(id, call.now) else { return refuse("unknown requestId") };
    if let Some(missing) = needed.into_iter().find(|scope| !call.caller.holds(scope)) {
        return refuse(format!("missing scope: {missing}"));
    }
    let Some(pending) = nodes.withdraw(id, call.now) else { return refuse("unknown requestId") };
    let (node, token) = match nodes.pair(&pending, call.fresh, call.now) {
        Ok(paired) => paired,
        Err(message) => return refuse(message),
    };
    let resolved = json!({
        "requestId": id, "nodeId": pending.node_id, "decision": "approved", "ts": call.now.ms,
    });
    call.effects.push(Effect::Broadcast { event: "node.pair.resolved", payload: resolved.clone() });
    if let Some(conn) = pending.asker.filter(|conn| call.guests.contains_key(conn)) {
        let mut payload = resolved;
        payload["token"] = token.into();
        call.effects.push(Effect::Tell { conn, event: "node.pair.resolved", payload });
    }
    say(json!({"requestId": id, "node": node}))
}
