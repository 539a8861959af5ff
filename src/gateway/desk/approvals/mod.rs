//! `exec.approval.*` and `plugin.approval.*`: one client asks, another one decides.
//!
//! The gateway executes nothing itself; it is a broker between clients outside. A request ends by
//! a decision, by its time, or at once if nobody is there who could decide.

mod broker;
mod request;

use serde_json::{Value, json};

use crate::gateway::frame::Refusal;
use crate::gateway::scope;

use super::registry::Family;
use super::{Call, Desk, Effect, Guest, Reply, refuse, say, text};

pub(super) use broker::Broker;
use broker::{Found, Record, Waiter};

pub(super) const METHODS: Family = &[
    ("exec.approval.get", get),
    ("exec.approval.list", |desk, _| say(desk.exec.list())),
    ("exec.approval.request", |desk, call| match request::exec(call) {
        Ok(asked) => ask(&mut desk.exec, call, asked),
        Err(message) => refuse(message),
    }),
    ("exec.approval.waitDecision", |desk, call| wait(&mut desk.exec, call)),
    ("exec.approval.resolve", |desk, call| resolve(&mut desk.exec, call)),
    ("plugin.approval.list", |desk, _| say(desk.plugin.list())),
    ("plugin.approval.request", |desk, call| {
        let asked = request::plugin(call);
        ask(&mut desk.plugin, call, asked)
    }),
    ("plugin.approval.waitDecision", |desk, call| wait(&mut desk.plugin, call)),
    ("plugin.approval.resolve", |desk, call| resolve(&mut desk.plugin, call)),
];

/// All decisions.
const DECISIONS: [&str; 3] = ["allow-once", "allow-always", "deny"];

/// A request as it is asked.
struct Asked {
    id: String,
    request: Value,
    timeout_ms: u64,
}

fn ask(broker: &mut Broker, call: &mut Call<'_>, asked: Asked) -> Reply {
    if let Err(message) = broker.may_take(&asked.id, &asked.request) {
        return refuse(message);
    }
    let record = Record::new(asked, call.now);
    let event = record.entry();
    let created = (record.created_ms, record.expires_ms, record.id.clone());
    call.effects.push(Effect::Broadcast { event: broker.requested, payload: event });
    let decider = call.guests.values().any(|guest| guest.conn != call.caller.conn && may_decide(guest));
    if !decider {
        let answer = record.answer(None);
        broker.keep_expired(record, call.now);
        return say(answer);
    }
    let waiter = Waiter { conn: call.caller.conn, request: call.id.to_owned() };
    broker.take(record, waiter);
    if call.params["twoPhase"].as_bool() != Some(true) {
        return Reply::Later;
    }
    let (created_ms, expires_ms, id) = created;
    say(json!({"status": "accepted", "id": id, "createdAtMs": created_ms, "expiresAtMs": expires_ms}))
}

fn may_decide(guest: &Guest) -> bool {
    guest.role == scope::ROLE_OPERATOR && guest.holds(scope::APPROVALS)
}

fn wait(broker: &mut Broker, call: &mut Call<'_>) -> Reply {
    let Some(id) = text(call.params, "id") else { return refuse("id is required") };
    let waiter = Waiter { conn: call.caller.conn, request: call.id.to_owned() };
    match broker.wait(id, waiter) {
        Ok(Some(answer)) => say(answer),
        Ok(None) => Reply::Later,
        Err(message) => refuse(message),
    }
}

fn resolve(broker: &mut Broker, call: &mut Call<'_>) -> Reply {
    let word = call.params["decision"].as_str().unwrap_or_default();
    let Some(decision) = DECISIONS.into_iter().find(|known| *known == word) else {
        return refuse("invalid decision");
    };
    let id = match broker.find(call.params["id"].as_str().unwrap_or_default()) {
        Found::One(id) => id,
        Found::Several if broker.tells_ambiguity => {
            return refuse("ambiguous approval id prefix; use the full id");
        }
        Found::None | Found::Several => return unknown(),
    };
    if !broker.allows(&id, decision) {
        let message = "allow-always is unavailable because the effective policy requires approval every time";
        let details = json!({"reason": "APPROVAL_ALLOW_ALWAYS_UNAVAILABLE"});
        return Reply::Now(Err(Refusal::invalid(message).with(details)));
    }
    let client = &call.caller.client;
    let by = client.display_name.as_ref().unwrap_or(&client.id);
    broker.decide(&id, decision, by, call.now, call.effects);
    say(json!({"ok": true}))
}

fn unknown() -> Reply {
    let details = json!({"reason": "APPROVAL_NOT_FOUND"});
    Reply::Now(Err(Refusal::invalid("unknown or expired approval id").with(details)))
}

fn get(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    match desk.exec.find(call.params["id"].as_str().unwrap_or_default()) {
        Found::One(id) => desk.exec.describe(&id).map_or_else(unknown, say),
        Found::Several => refuse("ambiguous approval id prefix; use the full id"),
        Found::None => unknown(),
    }
}
