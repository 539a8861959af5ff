//! `system-presence`: who is here, the gateway first.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::gateway::COMPATIBLE_WITH;
use crate::gateway::fresh::Now;
use crate::gateway::settings::Host;
use crate::moment::Moment;

use super::registry::Family;
use super::{Call, ConnId, Desk, Guest, Reply, put, say, text};

pub(super) const METHODS: Family = &[("system-presence", answer)];

/// The most entries beside the gateway's own.
const ENTRIES_MAX: usize = 200;

/// How long somebody who left, or only sent word, is still listed.
const LISTED: Duration = Duration::from_secs(5 * 60);

/// The longest text of an entry, in bytes.
const TEXT_MAX: usize = 1024;

/// The most words of a list such as `tags`.
const WORDS_MAX: usize = 64;

/// Everybody but the gateway itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Presence {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, Default)]
struct Entry {
    /// What is known, but for `text` and `ts`.
    known: Map<String, Value>,
    text: String,
    ts_ms: u64,
    /// The same moment on the clock that never steps.
    at: Moment,
    /// The connections by which it is here.
    conns: BTreeSet<ConnId>,
}

fn answer(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    say(desk.presence(call.now))
}

impl Presence {
    /// Somebody was let in; whether the list changed. Clients of the mode `cli` come and go too
    /// often to be listed.
    pub(super) fn came(&mut self, guest: &Guest, now: Now) -> bool {
        let Some(key) = key_of(guest) else { return false };
        let client = &guest.client;
        let mut facts = Map::new();
        facts.insert("host".into(), client.display_name.as_ref().unwrap_or(&client.id).as_str().into());
        put(&mut facts, "ip", guest.remote_ip.as_deref());
        facts.insert("version".into(), client.version.as_str().into());
        facts.insert("platform".into(), client.platform.as_str().into());
        put(&mut facts, "deviceFamily", client.device_family.as_deref());
        put(&mut facts, "modelIdentifier", client.model_identifier.as_deref());
        facts.insert("mode".into(), client.mode.as_str().into());
        put(&mut facts, "deviceId", guest.device_id.as_deref());
        facts.insert("roles".into(), vec![guest.role.as_str()].into());
        facts.insert("scopes".into(), guest.scopes.clone().into());
        put(&mut facts, "instanceId", guest.device_id.as_deref().or(client.instance_id.as_deref()));
        facts.insert("reason".into(), "connect".into());
        self.make_room(&key, now);
        let entry = self.entries.entry(key).or_default();
        entry.conns.insert(guest.conn);
        entry.learn(facts, now);
        entry.text = format!("Node: {} · mode {}", entry.word("host"), entry.word("mode"));
        true
    }

    /// Somebody left; whether the list changed.
    pub(super) fn left(&mut self, guest: &Guest, now: Now) -> bool {
        let Some(entry) = key_of(guest).and_then(|key| self.entries.get_mut(&key)) else { return false };
        if !entry.conns.remove(&guest.conn) || !entry.conns.is_empty() {
            return false;
        }
        entry.known.insert("reason".into(), "disconnect".into());
        (entry.ts_ms, entry.at) = (now.ms, now.at);
        true
    }

    /// Somebody sent word of itself (`system-event`).
    pub(super) fn told(&mut self, params: &Value, said: &str, now: Now) {
        let names = ["deviceId", "instanceId", "host"];
        let key = names.into_iter().find_map(|name| text(params, name)).unwrap_or(said);
        let key = cut(key, TEXT_MAX).to_lowercase();
        let mut facts = Map::new();
        let texts = [
            "host",
            "ip",
            "version",
            "platform",
            "deviceFamily",
            "modelIdentifier",
            "mode",
            "reason",
            "deviceId",
        ];
        for name in texts {
            put(&mut facts, name, text(params, name).map(|value| cut(value, TEXT_MAX)));
        }
        put(
            &mut facts,
            "lastInputSeconds",
            params["lastInputSeconds"].as_f64().map(|_| params["lastInputSeconds"].clone()),
        );
        for name in ["roles", "scopes", "tags"] {
            put(&mut facts, name, words(&params[name]));
        }
        put(&mut facts, "instanceId", text(params, "instanceId").map(|value| cut(value, TEXT_MAX)));
        self.make_room(&key, now);
        let entry = self.entries.entry(key).or_default();
        entry.learn(facts, now);
        entry.text = cut(said, TEXT_MAX).to_owned();
    }

    /// The list: the gateway, then the rest, the newest first.
    pub(super) fn list(&self, host: &Host, now: Now) -> Value {
        let mut rest: Vec<&Entry> = self.entries.values().filter(|entry| entry.is_listed(now)).collect();
        rest.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        std::iter::once(gateway(host, now)).chain(rest.into_iter().map(Entry::to_json)).collect()
    }

    /// Forgets who is no longer listed, and if there are still too many, who was heard of last of
    /// those that are not connected, else of all.
    fn make_room(&mut self, newcomer: &str, now: Now) {
        self.entries.retain(|_, entry| entry.is_listed(now));
        while self.entries.len() >= ENTRIES_MAX && !self.entries.contains_key(newcomer) {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| (!entry.conns.is_empty(), entry.at));
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return };
            self.entries.remove(&key);
        }
    }
}

impl Entry {
    fn is_listed(&self, now: Now) -> bool {
        !self.conns.is_empty() || now.at.since(self.at) <= LISTED
    }

    /// Takes facts in; roles, scopes and tags add up while it is here.
    fn learn(&mut self, facts: Map<String, Value>, now: Now) {
        for (name, value) in facts {
            let known = self.known.get_mut(&name);
            match (known, value) {
                (Some(Value::Array(known)), Value::Array(more)) => {
                    for word in more {
                        if !known.contains(&word) && known.len() < WORDS_MAX {
                            known.push(word);
                        }
                    }
                }
                (Some(known), value) => *known = value,
                (None, value) => {
                    self.known.insert(name, value);
                }
            }
        }
        (self.ts_ms, self.at) = (now.ms, now.at);
    }

    fn word(&self, name: &str) -> &str {
        self.known.get(name).and_then(Value::as_str).unwrap_or("unknown")
    }

    fn to_json(&self) -> Value {
        let mut entry = self.known.clone();
        entry.insert("ts".into(), self.ts_ms.into());
        entry.insert("text".into(), self.text.as_str().into());
        Value::Object(entry)
    }
}

/// The gateway's own entry.
fn gateway(host: &Host, now: Now) -> Value {
    let ip = Some(host.ip.as_str()).filter(|ip| !ip.is_empty());
    let mut entry = Map::new();
    entry.insert("host".into(), host.name.as_str().into());
    put(&mut entry, "ip", ip);
    entry.insert("version".into(), COMPATIBLE_WITH.into());
    entry.insert("platform".into(), host.platform.as_str().into());
    entry.insert("deviceFamily".into(), host.family.as_str().into());
    entry.insert("modelIdentifier".into(), host.model.as_str().into());
    entry.insert("mode".into(), "gateway".into());
    entry.insert("reason".into(), "self".into());
    let at = ip.map(|ip| format!(" ({ip})")).unwrap_or_default();
    let text = format!("Gateway: {}{at} · app {COMPATIBLE_WITH} · mode gateway · reason self", host.name);
    entry.insert("text".into(), text.into());
    entry.insert("ts".into(), now.ms.into());
    Value::Object(entry)
}

/// Under what somebody is listed; `None`: not at all.
fn key_of(guest: &Guest) -> Option<String> {
    if guest.client.mode == "cli" {
        return None;
    }
    let named = guest.device_id.as_deref().or(guest.client.instance_id.as_deref());
    Some(named.unwrap_or(&guest.conn_id).trim().to_lowercase())
}

/// A list of texts, bounded; `None` of anything else.
fn words(value: &Value) -> Option<Vec<String>> {
    let all: Option<BTreeSet<&str>> = value.as_array()?.iter().take(WORDS_MAX).map(Value::as_str).collect();
    Some(
        all?.into_iter()
            .map(|word| cut(word.trim(), TEXT_MAX).to_owned())
            .filter(|word| !word.is_empty())
            .collect(),
    )
}

/// The beginning of a text, cut at a character.
pub(super) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}
