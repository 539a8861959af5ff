//! `node.invoke`: an operator asks, the node does, and its answer goes back.
//!
//! As in OpenClaw 2026.4.12, the idempotency key goes to the node and means nothing here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::gateway::desk::{Call, ConnId, Desk, Effect, Now, Reply, put, refuse, say, text};
use crate::gateway::frame::Refusal;
use crate::gateway::json;
use crate::moment::Moment;

use super::{catalog, run};

/// How long a node has where nobody says, in milliseconds.
const TIMEOUT_MS: u64 = 30_000;
/// How long a node has at most, in milliseconds.
const TIMEOUT_MAX_MS: u64 = 24 * 3_600_000;
/// Questions to all nodes that wait for their answers.
const INVOKES_MAX: usize = 1024;
/// The largest parameters, in bytes of JSON. As text in JSON they may be twice that, and must fit in a
/// message to the node.
const PARAMS_MAX: usize = 12 << 20;
/// The largest answer, in bytes of JSON: what fits in a message to the caller.
const ANSWER_MAX: usize = 25 << 20;

/// A question that a node has not answered yet.
#[derive(Debug, Clone)]
struct Invoke {
    node_id: String,
    /// The node's connection.
    node: ConnId,
    command: String,
    caller: ConnId,
    /// The caller's request.
    request: String,
    due: Moment,
    form: Form,
}

/// How the caller is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// With all that is known of the call.
    Whole,
    /// With the node's payload alone.
    Payload,
}

/// What is to be asked of a node.
struct Question {
    node_id: String,
    command: String,
    params: Option<Value>,
    timeout_ms: Option<u64>,
    key: Option<String>,
    form: Form,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Invokes {
    open: BTreeMap<String, Invoke>,
    due: BTreeSet<(Moment, String)>,
}

impl Invokes {
    fn take(&mut self, id: &str) -> Option<Invoke> {
        let invoke = self.open.remove(id)?;
        self.due.remove(&(invoke.due, id.to_owned()));
        Some(invoke)
    }

    pub(super) fn left(&mut self, conn: ConnId, effects: &mut Vec<Effect>) {
        let concerned = self.open.iter().filter(|(_, open)| open.node == conn || open.caller == conn);
        let concerned: Vec<String> = concerned.map(|(id, _)| id.clone()).collect();
        for invoke in concerned.iter().filter_map(|id| self.take(id)) {
            if invoke.node == conn {
                // OpenClaw's words, its `Error: ` included.
                let words = format!("Error: node disconnected ({})", invoke.command);
                effects.push(invoke.answer(Err(Refusal::unavailable(words))));
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Moment> {
        self.due.first().map(|(due, _)| *due)
    }

    pub(super) fn wake(&mut self, now: Now, effects: &mut Vec<Effect>) {
        while let Some((due, id)) = self.due.first().cloned()
            && due <= now.at
        {
            if let Some(invoke) = self.take(&id) {
                let late = json!({"code": "TIMEOUT", "message": "node invoke timed out"});
                effects.push(invoke.answer(Err(failed(Some(&late)))));
            }
        }
    }
}

impl Invoke {
    fn answer(self, result: Result<Value, Refusal>) -> Effect {
        Effect::Answer { conn: self.caller, id: self.request, result }
    }

    /// The payload of the caller's answer.
    fn payload(&self, told: &Value) -> Value {
        let text = told["payloadJSON"].as_str();
        let payload = match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(trimmed) => Some(json::read(trimmed).unwrap_or_else(|_| json!({"payloadJSON": text}))),
            None => told.get("payload").cloned(),
        };
        if self.form == Form::Payload {
            return payload.unwrap_or(Value::Null);
        }
        let mut answer = Map::from_iter([("ok".to_owned(), Value::Bool(true))]);
        put(&mut answer, "nodeId", Some(self.node_id.as_str()));
        put(&mut answer, "command", Some(self.command.as_str()));
        put(&mut answer, "payload", payload);
        answer.insert("payloadJSON".to_owned(), text.into());
        Value::Object(answer)
    }
}

/// `node.invoke`.
pub(super) fn invoke(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let (Some(node_id), Some(command)) = (text(call.params, "nodeId"), text(call.params, "command")) else {
        return refuse("nodeId and command required");
    };
    let with = |words: &str| Refusal::invalid(words).with(json!({"command": command}));
    if matches!(command, "system.execApprovals.get" | "system.execApprovals.set") {
        let words = "node.invoke does not allow system.execApprovals.*; use exec.approvals.node.*";
        return Reply::Now(Err(with(words)));
    }
    let params = call.params.get("params");
    if command == "browser.proxy" && params.is_some_and(run::changes_browser_profiles) {
        let words = "node.invoke cannot mutate persistent browser profiles via browser.proxy";
        return Reply::Now(Err(with(words)));
    }
    if let Err(refusal) = admitted(desk, call, node_id, command) {
        return Reply::Now(Err(refusal));
    }
    let params = match params {
        Some(params) if command == "system.run" => match run::tamed(desk, params) {
            Ok(params) => Some(params),
            Err(refusal) => return Reply::Now(Err(refusal)),
        },
        params => params.cloned(),
    };
    let question = Question {
        node_id: node_id.to_owned(),
        command: command.to_owned(),
        params,
        timeout_ms: call.params.get("timeoutMs").and_then(millis),
        key: text(call.params, "idempotencyKey").map(str::to_owned),
        form: Form::Whole,
    };
    ask(desk, call, question)
}

/// Whether a node may be asked for a command.
fn admitted(desk: &Desk, call: &Call<'_>, node_id: &str, command: &str) -> Result<(), Refusal> {
    let guest = catalog::live(call.guests, node_id).ok_or_else(not_connected)?;
    let policy = &desk.about.node_commands;
    let client = &guest.client;
    let no = |words: String, reason: &str| {
        let details = json!({"reason": reason, "command": command});
        Err(Refusal::invalid(format!("node command not allowed: {words}")).with(details))
    };
    let platform = client.platform.as_str();
    if !policy.permits(platform, client.device_family.as_deref(), command) {
        let words = format!("\"{command}\" is not in the allowlist for platform \"{platform}\"");
        return no(words, "command not allowlisted");
    }
    let offered = catalog::offered(guest, policy);
    if offered.is_empty() {
        let words = "the node did not declare any supported commands".to_owned();
        return no(words, "node did not declare commands");
    }
    if !offered.contains(command) {
        let words = format!("the node (platform: {platform}) does not support \"{command}\"");
        return no(words, "command not declared by node");
    }
    let paired = desk.nodes.paired.get(node_id);
    if !paired.is_some_and(|paired| paired.commands().contains(&command)) {
        let words = format!(
            "nobody has approved \"{command}\" of this node; approve its request, which node.pair.list shows"
        );
        return no(words, "command not approved");
    }
    Ok(())
}

/// `exec.approvals.node.get`.
pub(super) fn approvals_get(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    approvals(desk, call, "system.execApprovals.get", json!({}))
}

/// `exec.approvals.node.set`.
pub(super) fn approvals_set(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let mut params = Map::new();
    put(&mut params, "file", call.params.get("file").cloned());
    put(&mut params, "baseHash", call.params.get("baseHash").cloned());
    approvals(desk, call, "system.execApprovals.set", Value::Object(params))
}

fn approvals(desk: &mut Desk, call: &mut Call<'_>, command: &str, params: Value) -> Reply {
    let Some(node_id) = text(call.params, "nodeId") else { return refuse("nodeId required") };
    let question = Question {
        node_id: node_id.to_owned(),
        command: command.to_owned(),
        params: Some(params),
        timeout_ms: None,
        key: None,
        form: Form::Payload,
    };
    ask(desk, call, question)
}

/// Sends a question to a node.
fn ask(desk: &mut Desk, call: &mut Call<'_>, question: Question) -> Reply {
    let Question { node_id, command, params, timeout_ms, key, form } = question;
    let Some(node) = catalog::live(call.guests, &node_id) else {
        return Reply::Now(Err(match form {
            Form::Whole => not_connected(),
            Form::Payload => failed(Some(&json!({"code": "NOT_CONNECTED", "message": "node not connected"}))),
        }));
    };
    let invokes = &mut desk.nodes.invokes;
    if invokes.open.len() >= INVOKES_MAX {
        let words = format!("{INVOKES_MAX} commands wait for their nodes; try again");
        return Reply::Now(Err(Refusal { retry_after_ms: Some(500), ..Refusal::unavailable(words) }));
    }
    let params = params.map(|params| params.to_string());
    if params.as_ref().is_some_and(|params| params.len() > PARAMS_MAX) {
        return refuse(format!("params are larger than {PARAMS_MAX} bytes"));
    }
    let id = call.fresh.uuid();
    let mut payload = Map::new();
    put(&mut payload, "id", Some(id.as_str()));
    put(&mut payload, "nodeId", Some(node_id.as_str()));
    put(&mut payload, "command", Some(command.as_str()));
    payload.insert("paramsJSON".to_owned(), params.into());
    put(&mut payload, "timeoutMs", timeout_ms);
    put(&mut payload, "idempotencyKey", key);
    let payload = Value::Object(payload);
    call.effects.push(Effect::Tell { conn: node.conn, event: "node.invoke.request", payload });
    let due = call.now.at + Duration::from_millis(timeout_ms.unwrap_or(TIMEOUT_MS).min(TIMEOUT_MAX_MS));
    invokes.due.insert((due, id.clone()));
    let (caller, request) = (call.caller.conn, call.id.to_owned());
    let invoke = Invoke { node_id, node: node.conn, command, caller, request, due, form };
    invokes.open.insert(id, invoke);
    Reply::Later
}

/// `node.invoke.result`: a node has done what it was asked.
pub(super) fn result(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let (id, node_id) = (call.params["id"].as_str(), call.params["nodeId"].as_str());
    if node_id != Some(catalog::node_id(call.caller)) {
        return refuse("nodeId mismatch");
    }
    let invokes = &mut desk.nodes.invokes;
    let open = id.filter(|id| invokes.open.get(*id).is_some_and(|open| Some(&*open.node_id) == node_id));
    let Some(invoke) = open.and_then(|id| invokes.take(id)) else {
        // It comes too late, or was never asked.
        return say(json!({"ok": true, "ignored": true}));
    };
    let told = call.params;
    let result = match told["ok"] == true {
        true => fitting(invoke.payload(told)),
        false => Err(failed(told.get("error"))),
    };
    call.effects.push(invoke.answer(result));
    say(json!({"ok": true}))
}

/// The payload, if it fits in a message.
fn fitting(payload: Value) -> Result<Value, Refusal> {
    if payload.to_string().len() < ANSWER_MAX {
        return Ok(payload);
    }
    Err(Refusal::unavailable(format!("the node's answer is larger than {ANSWER_MAX} bytes")))
}

/// What the caller hears of a failure.
fn failed(error: Option<&Value>) -> Refusal {
    let word = |key: &str| error.and_then(|error| text(error, key));
    let message = word("message").unwrap_or("node invoke failed");
    let words = word("code").map_or_else(|| message.to_owned(), |code| format!("{code}: {message}"));
    Refusal::unavailable(words).with(json!({"nodeError": error}))
}

fn not_connected() -> Refusal {
    Refusal::unavailable("node not connected").with(json!({"code": "NOT_CONNECTED"}))
}

/// A count of milliseconds, however it is written.
fn millis(value: &Value) -> Option<u64> {
    // Saturates: a time-out is no less than nothing.
    value.as_u64().or_else(|| value.as_f64().map(|ms| ms as u64))
}
