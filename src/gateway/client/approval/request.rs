//! A pairing request, as a gateway lists and announces it.

use serde_json::Value;

use crate::gateway::scope;

/// So many scopes of one request are read.
const SCOPES_MAX: usize = 256;

/// A request that waits for an approval.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// Its id.
    pub id: String,
    /// The device that asks.
    pub device: String,
    /// A name for people.
    pub name: Option<String>,
    /// As what: `operator`, `node`.
    pub roles: Vec<String>,
    /// For what.
    pub scopes: Vec<String>,
    /// When, in wall milliseconds.
    pub ts: u64,
    /// From where, unless it is local.
    pub ip: Option<String>,
    /// Whether the device is paired already.
    pub is_repair: bool,
}

impl Request {
    /// Reads an entry of `device.pair.list` or of the event; `None` without an id.
    #[must_use]
    pub fn read(entry: &Value) -> Option<Self> {
        let text = |name: &str| entry[name].as_str().map(str::to_owned);
        let list = |name: &str| -> Vec<String> {
            let items = entry[name].as_array().into_iter().flatten().take(SCOPES_MAX);
            items.filter_map(|item| item.as_str().map(|item| item.trim().to_owned())).collect()
        };
        let mut roles = list("roles");
        if let Some(role) = text("role").filter(|role| !roles.contains(role)) {
            roles.push(role);
        }
        Some(Self {
            id: text("requestId").filter(|id| !id.is_empty())?,
            device: text("deviceId")?,
            name: text("displayName"),
            roles,
            scopes: list("scopes"),
            ts: entry["ts"].as_u64().unwrap_or(0),
            ip: text("remoteIp"),
            is_repair: entry["isRepair"] == true,
        })
    }

    /// What of it goes beyond what is allowed: roles, then scopes.
    #[must_use]
    pub fn beyond(&self, roles: &[String], scopes: &[String]) -> Vec<String> {
        beyond((&self.roles, &self.scopes), (roles, scopes))
    }
}

/// What somebody asks beyond what is allowed, both as roles and scopes: whatever is listed here, roles first,
/// keeps a request from being approved in the place of another.
#[must_use]
pub fn beyond(asked: (&[String], &[String]), allowed: (&[String], &[String])) -> Vec<String> {
    let role = asked.0.iter().filter(|role| !allowed.0.contains(role)).map(|role| format!("role {role}"));
    let scope = asked.1.iter().filter(|scope| !covers(allowed.1, scope)).cloned();
    role.chain(scope).collect()
}

/// Whether an operator's scopes allow another one.
#[must_use]
pub fn covers(scopes: &[String], wanted: &str) -> bool {
    scope::allows(scope::ROLE_OPERATOR, scopes, &[wanted])
}

/// All requests in an answer to `device.pair.list`, the latest first.
#[must_use]
pub fn pending(list: &Value) -> Vec<Request> {
    let entries = list["pending"].as_array().into_iter().flatten();
    let mut requests: Vec<Request> = entries.filter_map(Request::read).collect();
    requests.sort_by_key(|request| std::cmp::Reverse(request.ts));
    requests
}

/// The scopes of a paired device, from an answer to `device.pair.list`; `None`: it is not there.
#[must_use]
pub fn granted(list: &Value, device: &str) -> Option<Vec<String>> {
    let record = list["paired"].as_array()?.iter().find(|record| record["deviceId"] == device)?;
    let scopes = record["scopes"].as_array().into_iter().flatten();
    Some(scopes.filter_map(|scope| scope.as_str().map(str::to_owned)).collect())
}
