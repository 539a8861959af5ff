//! Which nodes are paired, and which ask to be.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::gateway::desk::presence::cut;
use crate::gateway::desk::{ConnId, Effect, Guest, put, text};
use crate::gateway::fresh::{Fresh, Now};
use crate::gateway::scope;

/// How long a request lives after it was last asked, in milliseconds.
const TTL_MS: u64 = 300_000;

/// The most requests, and the most paired nodes.
const NODES_MAX: usize = 1024;

/// The most capabilities or commands of a node.
const WORDS_MAX: usize = 256;

/// The longest id, name or command, in bytes.
const WORD_MAX: usize = 256;

/// Texts that a node tells of itself.
const TEXTS: [&str; 7] =
    ["displayName", "platform", "version", "coreVersion", "uiVersion", "deviceFamily", "modelIdentifier"];

/// Commands by which a node runs programs.
const RUNS_PROGRAMS: [&str; 3] = ["system.run", "system.run.prepare", "system.which"];

/// A node that asks.
#[derive(Debug, Clone)]
pub(in crate::gateway::desk) struct Pending {
    pub(super) request_id: String,
    pub(super) node_id: String,
    /// What it tells of itself, but for its id.
    facts: Map<String, Value>,
    silent: Option<bool>,
    ts_ms: u64,
    /// Who asked last, and hears of the token.
    pub(super) asker: Option<ConnId>,
}

/// A node that may.
#[derive(Debug, Clone)]
pub(super) struct Paired {
    pub(super) facts: Map<String, Value>,
    /// SHA-256 of its token.
    hash: [u8; 32],
    created_ms: u64,
    pub(super) approved_ms: u64,
}

/// All of them. They are forgotten when the gateway stops.
#[derive(Debug, Clone, Default)]
pub(in crate::gateway::desk) struct Nodes {
    pending: Vec<Pending>,
    pub(super) paired: BTreeMap<String, Paired>,
}

impl Pending {
    fn to_json(&self) -> Value {
        let mut entry = Map::new();
        entry.insert("requestId".into(), self.request_id.as_str().into());
        entry.insert("nodeId".into(), self.node_id.as_str().into());
        entry.extend(self.facts.clone());
        entry.insert("silent".into(), self.silent.unwrap_or(false).into());
        entry.insert("ts".into(), self.ts_ms.into());
        Value::Object(entry)
    }

    /// The scopes that an approver must hold.
    fn needed(&self) -> Vec<&'static str> {
        let commands = words(self.facts.get("commands"));
        let mut needed = vec![scope::PAIRING];
        if !commands.is_empty() {
            needed.push(scope::WRITE);
        }
        if commands.iter().any(|command| RUNS_PROGRAMS.contains(command)) {
            needed.push(scope::ADMIN);
        }
        needed
    }
}

impl Paired {
    fn to_json(&self, node_id: &str) -> Value {
        let mut entry = Map::from_iter([("nodeId".to_owned(), node_id.into())]);
        entry.extend(self.facts.clone());
        entry.insert("createdAtMs".into(), self.created_ms.into());
        entry.insert("approvedAtMs".into(), self.approved_ms.into());
        Value::Object(entry)
    }
}

impl Nodes {
    /// A node is paired for, or its request is refreshed (its id stays). The second value says
    /// whether the request is new.
    pub(super) fn ask(
        &mut self,
        node_id: &str,
        told: &Value,
        asker: Option<ConnId>,
        id: String,
        now: Now,
    ) -> Result<(Value, bool), String> {
        self.prune(now);
        if node_id.len() > WORD_MAX {
            return Err(format!("nodeId is longer than {WORD_MAX} bytes"));
        }
        let silent = told.get("silent").and_then(Value::as_bool);
        let facts = facts(told);
        if let Some(known) = self.pending.iter_mut().find(|pending| pending.node_id == node_id) {
            known.facts.extend(facts);
            known.silent = Some(known.silent == Some(true) && silent == Some(true));
            known.ts_ms = now.ms;
            known.asker = asker.or(known.asker);
            return Ok((known.to_json(), false));
        }
        if self.pending.len() >= NODES_MAX {
            return Err(format!("{NODES_MAX} nodes wait for an approval; decide on some of them first"));
        }
        let node_id = node_id.to_owned();
        let pending = Pending { request_id: id, node_id, facts, silent, ts_ms: now.ms, asker };
        let entry = pending.to_json();
        self.pending.push(pending);
        Ok((entry, true))
    }

    /// A node that connects asks by that, if it is not paired or offers more than was approved.
    pub(in crate::gateway::desk) fn came(&mut self, guest: &Guest, now: Now, effects: &mut Vec<Effect>) {
        if guest.role != scope::ROLE_NODE {
            return;
        }
        let node_id = node_id(guest);
        let paired = self.paired.get(node_id);
        let approved = paired.map(|paired| words(paired.facts.get("commands")));
        let offers_more = |approved: &Vec<&str>| {
            guest.client.commands.iter().any(|command| !approved.contains(&command.as_str()))
        };
        if approved.as_ref().is_some_and(|approved| !offers_more(approved)) {
            return;
        }
        let client = &guest.client;
        let mut told = Map::new();
        put(&mut told, "displayName", client.display_name.as_deref());
        put(&mut told, "platform", Some(client.platform.as_str()));
        put(&mut told, "version", Some(client.version.as_str()));
        put(&mut told, "deviceFamily", client.device_family.as_deref());
        put(&mut told, "modelIdentifier", client.model_identifier.as_deref());
        put(&mut told, "caps", Some(client.caps.clone()));
        put(&mut told, "commands", Some(client.commands.clone()));
        put(&mut told, "remoteIp", guest.remote_ip.as_deref());
        let id = id_after(&guest.conn_id);
        if let Ok((request, true)) = self.ask(node_id, &Value::Object(told), Some(guest.conn), id, now) {
            effects.push(Effect::Broadcast { event: "node.pair.requested", payload: request });
        }
    }

    /// Who has left is told nothing.
    pub(in crate::gateway::desk) fn left(&mut self, conn: ConnId) {
        for pending in self.pending.iter_mut().filter(|pending| pending.asker == Some(conn)) {
            pending.asker = None;
        }
    }

    /// `node.pair.list`, the newest first.
    pub(super) fn list(&mut self, now: Now) -> Value {
        self.prune(now);
        let mut pending: Vec<&Pending> = self.pending.iter().collect();
        pending.sort_by_key(|pending| std::cmp::Reverse(pending.ts_ms));
        let pending = pending.into_iter().map(|pending| {
            let mut entry = pending.to_json();
            entry["requiredApproveScopes"] = json!(pending.needed());
            entry
        });
        let mut paired: Vec<(&String, &Paired)> = self.paired.iter().collect();
        paired.sort_by_key(|(_, paired)| std::cmp::Reverse(paired.approved_ms));
        let paired = paired.into_iter().map(|(id, paired)| paired.to_json(id));
        json!({"pending": pending.collect::<Vec<_>>(), "paired": paired.collect::<Vec<_>>()})
    }

    /// The scopes that the approval of a request needs; `None`: there is no such request.
    pub(super) fn needed(&mut self, request_id: &str, now: Now) -> Option<Vec<&'static str>> {
        self.prune(now);
        self.pending.iter().find(|pending| pending.request_id == request_id).map(Pending::needed)
    }

    /// Takes a request out.
    pub(super) fn withdraw(&mut self, request_id: &str, now: Now) -> Option<Pending> {
        self.prune(now);
        let at = self.pending.iter().position(|pending| pending.request_id == request_id)?;
        Some(self.pending.remove(at))
    }

    /// Pairs a node; its entry, and its new token.
    pub(super) fn pair(
        &mut self,
        pending: &Pending,
        fresh: Fresh,
        now: Now,
    ) -> Result<(Value, String), String> {
        let known = self.paired.get(&pending.node_id);
        if known.is_none() && self.paired.len() >= NODES_MAX {
            return Err(format!("{NODES_MAX} nodes are paired; no more fit"));
        }
        let token = URL_SAFE_NO_PAD.encode(fresh.0);
        let paired = Paired {
            facts: pending.facts.clone(),
            hash: Sha256::digest(token.as_bytes()).into(),
            created_ms: known.map_or(now.ms, |known| known.created_ms),
            approved_ms: now.ms,
        };
        let entry = paired.to_json(&pending.node_id);
        self.paired.insert(pending.node_id.clone(), paired);
        Ok((entry, token))
    }

    /// The entry of a node that proves itself by its token.
    pub(super) fn verify(&self, node_id: &str, token: &str) -> Option<Value> {
        let paired = self.paired.get(node_id)?;
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        bool::from(hash.ct_eq(&paired.hash)).then(|| paired.to_json(node_id))
    }

    /// Whether there is a node to rename.
    pub(super) fn rename(&mut self, node_id: &str, name: &str) -> bool {
        let Some(paired) = self.paired.get_mut(node_id) else { return false };
        paired.facts.insert("displayName".into(), cut(name, WORD_MAX).into());
        true
    }

    fn prune(&mut self, now: Now) {
        self.pending.retain(|pending| now.ms.saturating_sub(pending.ts_ms) < TTL_MS);
    }
}

/// The id of a node that is connected.
pub(super) fn node_id(guest: &Guest) -> &str {
    guest.device_id.as_deref().or(guest.client.instance_id.as_deref()).unwrap_or(&guest.client.id)
}

/// The texts of a list.
pub(super) fn words(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What a node tells of itself, in the order of its entry.
fn facts(told: &Value) -> Map<String, Value> {
    let mut facts = Map::new();
    for key in TEXTS {
        put(&mut facts, key, text(told, key).map(|value| cut(value, WORD_MAX)));
    }
    for key in ["caps", "commands"] {
        let list = told.get(key).filter(|list| list.is_array());
        let bounded = |word: &str| cut(word.trim(), WORD_MAX).to_owned();
        put(
            &mut facts,
            key,
            list.map(|list| words(Some(list)).into_iter().take(WORDS_MAX).map(bounded).collect::<Vec<_>>()),
        );
    }
    put(&mut facts, "remoteIp", text(told, "remoteIp").map(|value| cut(value, WORD_MAX)));
    facts
}

/// A UUID that follows from that of a connection, for the request that its coming makes.
fn id_after(conn_id: &str) -> String {
    Fresh(Sha256::digest(format!("node.pair {conn_id}").as_bytes()).into()).uuid()
}
