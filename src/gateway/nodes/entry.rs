//! What is known of one node: when it asks, and when it may.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::config::Secret;
use crate::gateway::json::put;
use crate::gateway::pairing::image::AtRest;
use crate::gateway::scope;

/// The most capabilities or commands of a node.
const WORDS_MAX: usize = 256;
/// The longest id, name or command, in bytes.
pub(super) const WORD_MAX: usize = 256;
/// How our token begins where its hash stands in its place. No token of 32 random bytes does.
const HASHED: &str = "sha256-";

/// Texts that a node tells of itself, in the order of its entry.
const TEXTS: [&str; 7] =
    ["displayName", "platform", "version", "coreVersion", "uiVersion", "deviceFamily", "modelIdentifier"];
/// All facts of an entry, in their order.
pub(super) const FACTS: [&str; 11] = [
    "displayName",
    "platform",
    "version",
    "coreVersion",
    "uiVersion",
    "deviceFamily",
    "modelIdentifier",
    "caps",
    "commands",
    "permissions",
    "remoteIp",
];
/// Commands by which a node runs programs.
const RUNS_PROGRAMS: [&str; 3] = ["system.run", "system.run.prepare", "system.which"];

/// A node that asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The node.
    pub node_id: String,
    /// What it tells of itself.
    pub facts: Map<String, Value>,
    /// Whether nobody need be bothered. Kept for OpenClaw; nothing follows from it.
    pub silent: bool,
    /// Last asked, wall milliseconds.
    pub ts_ms: u64,
    /// Fields that mean nothing here: kept as they are.
    pub extra: Map<String, Value>,
}

/// A node that may.
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    /// What it told of itself when it was approved.
    pub facts: Map<String, Value>,
    /// Its token as it stands in the store: hashed, or as it is.
    pub token: Secret,
    /// Wall milliseconds.
    pub created_ms: u64,
    /// Wall milliseconds of the last approval.
    pub approved_ms: u64,
    /// Fields that mean nothing here: kept as they are.
    pub extra: Map<String, Value>,
}

impl Pending {
    /// As events and answers show it.
    #[must_use]
    pub fn to_json(&self, request_id: &str) -> Value {
        let mut entry = Map::new();
        entry.insert("requestId".into(), request_id.into());
        entry.insert("nodeId".into(), self.node_id.as_str().into());
        entry.extend(self.facts.clone());
        entry.insert("silent".into(), self.silent.into());
        entry.insert("ts".into(), self.ts_ms.into());
        entry.extend(self.extra.clone());
        Value::Object(entry)
    }

    /// The scopes that an approver must hold.
    pub(super) fn needed(&self) -> Vec<&'static str> {
        let commands = words(self.facts.get("commands"));
        let mut needed = vec![scope::PAIRING];
        if commands.iter().any(|command| RUNS_PROGRAMS.contains(command)) {
            needed.push(scope::ADMIN);
        } else if !commands.is_empty() {
            needed.push(scope::WRITE);
        }
        needed
    }
}

impl Paired {
    /// As answers show it: without its token.
    #[must_use]
    pub fn to_json(&self, node_id: &str) -> Value {
        self.entry(node_id, None)
    }

    /// As it stands in the store.
    pub(super) fn stored(&self, node_id: &str) -> Value {
        self.entry(node_id, Some(&self.token))
    }

    fn entry(&self, node_id: &str, token: Option<&Secret>) -> Value {
        let mut entry = Map::from_iter([("nodeId".to_owned(), node_id.into())]);
        put(&mut entry, "token", token.map(Secret::expose));
        entry.extend(self.facts.clone());
        entry.insert("createdAtMs".into(), self.created_ms.into());
        entry.insert("approvedAtMs".into(), self.approved_ms.into());
        entry.extend(self.extra.clone());
        Value::Object(entry)
    }

    /// The commands that were approved.
    #[must_use]
    pub fn commands(&self) -> Vec<&str> {
        words(self.facts.get("commands"))
    }

    /// What it said it can do.
    #[must_use]
    pub fn caps(&self) -> Vec<&str> {
        words(self.facts.get("caps"))
    }

    /// Whether this is its token. What is compared is hashes, in constant time.
    pub(super) fn is_token(&self, shown: &str) -> bool {
        let hash = hashed(shown);
        let stands = self.token.expose();
        let wanted = if stands.starts_with(HASHED) { stands.to_owned() } else { hashed(stands) };
        bool::from(hash.as_bytes().ct_eq(wanted.as_bytes()))
    }
}

/// A new token as it stands in a store.
pub(super) fn at_rest(token: &str, at_rest: AtRest) -> Secret {
    Secret::new(match at_rest {
        AtRest::Hash => hashed(token),
        AtRest::Plain => token.to_owned(),
    })
}

/// How a token of ours stands in a store that keeps no tokens.
fn hashed(token: &str) -> String {
    format!("{HASHED}{}", URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes())))
}

/// The texts of a list.
pub(super) fn words(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A text of at most so many bytes.
pub(super) fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(WORD_MAX)]
}

/// What a node tells of itself, bounded.
pub(super) fn facts(told: &Map<String, Value>) -> Map<String, Value> {
    let text = |key: &str| told.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(cut);
    let mut facts = Map::new();
    for key in TEXTS {
        put(&mut facts, key, text(key));
    }
    for key in ["caps", "commands"] {
        let list = told.get(key).filter(|list| list.is_array());
        let bounded = |list: &Value| -> Vec<String> {
            let words = words(Some(list)).into_iter().map(str::trim).filter(|word| !word.is_empty());
            words.take(WORDS_MAX).map(|word| cut(word).to_owned()).collect()
        };
        put(&mut facts, key, list.map(bounded));
    }
    put(&mut facts, "remoteIp", text("remoteIp"));
    facts
}

/// The facts in the order of an entry.
pub(super) fn in_order(facts: &Map<String, Value>) -> Map<String, Value> {
    FACTS.into_iter().filter_map(|key| Some((key.to_owned(), facts.get(key)?.clone()))).collect()
}
