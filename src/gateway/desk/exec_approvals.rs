//! `exec.approvals.get` and `.set`: the file that says what may be executed without asking.

use serde_json::{Map, Value, json};

use crate::gateway::desk::config::hash;
use crate::gateway::errand::Errand;
use crate::gateway::frame::Refusal;

use super::registry::Family;
use super::{Call, Desk, Reply, text};

pub(super) const METHODS: Family = &[("exec.approvals.get", get), ("exec.approvals.set", set)];

/// The file, in the state folder.
pub const FILE: &str = "exec-approvals.json";

fn get(_: &mut Desk, _: &mut Call<'_>) -> Reply {
    Reply::Errand(Errand::StateFile { name: FILE, write: None })
}

fn set(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    let base = text(call.params, "baseHash").map(str::to_owned);
    Reply::Errand(Errand::StateFile { name: FILE, write: Some((call.params["file"].to_string(), base)) })
}

/// What is to be written, if anything, and the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The new text of the file.
    pub write: Option<String>,
    /// The payload.
    pub payload: Value,
}

/// Decides what becomes of the file, whose bytes are `current` (`None`: there is none).
///
/// # Errors
/// The refusal: the file changed since, or is no JSON.
pub fn settle(
    path: &str,
    current: Option<&[u8]>,
    write: Option<&(String, Option<String>)>,
) -> Result<Settled, Refusal> {
    let file = current.map(read).transpose()?;
    let Some((text, base)) = write else {
        return Ok(Settled { write: None, payload: payload(path, current, file.as_ref()) });
    };
    if let Some(bytes) = current {
        match base {
            None => return Err(again("base hash required")),
            Some(base) if *base != hash(bytes) => return Err(again("changed since last load")),
            Some(_) => {}
        }
    }
    let incoming: Value =
        serde_json::from_str(text).map_err(|_| Refusal::invalid("exec approvals file is required"))?;
    if !incoming.is_object() {
        return Err(Refusal::invalid("exec approvals file is required"));
    }
    let next = normal(incoming, file.as_ref());
    let text = format!("{next:#}\n");
    let payload = payload(path, Some(text.as_bytes()), Some(&next));
    Ok(Settled { write: Some(text), payload })
}

fn again(what: &str) -> Refusal {
    Refusal::invalid(format!("exec approvals {what}; re-run exec.approvals.get and retry"))
}

fn read(bytes: &[u8]) -> Result<Value, Refusal> {
    let file: Option<Value> = serde_json::from_slice(bytes).ok().filter(Value::is_object);
    file.ok_or_else(|| Refusal::unavailable(format!("{FILE} is no JSON object; repair or remove it")))
}

/// The file with its parts in their order. The socket (its token above all) is kept unless the
/// caller names another path.
fn normal(mut incoming: Value, current: Option<&Value>) -> Value {
    let mut socket = current.and_then(|file| file["socket"].as_object().cloned()).unwrap_or_default();
    if let Some(named) = incoming["socket"].as_object() {
        socket.extend(named.clone());
    }
    let mut next = Map::from_iter([("version".to_owned(), json!(1))]);
    if !socket.is_empty() {
        next.insert("socket".into(), Value::Object(socket));
    }
    for key in ["defaults", "agents"] {
        let part = incoming[key].take();
        next.insert(key.into(), if part.is_object() { part } else { json!({}) });
    }
    Value::Object(next)
}

/// Of the socket only the path is shown.
fn payload(path: &str, bytes: Option<&[u8]>, file: Option<&Value>) -> Value {
    let part =
        |key: &str| file.map(|file| file[key].clone()).filter(Value::is_object).unwrap_or_else(|| json!({}));
    let mut shown = Map::from_iter([("version".to_owned(), json!(1))]);
    if let Some(socket) = file.and_then(|file| file["socket"]["path"].as_str()) {
        shown.insert("socket".into(), json!({"path": socket}));
    }
    shown.insert("defaults".into(), part("defaults"));
    shown.insert("agents".into(), part("agents"));
    json!({"path": path, "exists": bytes.is_some(), "hash": hash(bytes.unwrap_or_default()), "file": shown})
}
