//! Word to the main session, heartbeats, and the gateway's own identity.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::presence::cut;
use super::registry::Family;
use super::{Call, Desk, Effect, Reply, refuse, say, text};

pub(super) const METHODS: Family = &[
    ("system-event", event),
    ("wake", wake),
    ("last-heartbeat", last_heartbeat),
    ("set-heartbeats", set_heartbeats),
    ("gateway.identity.get", identity),
];

/// The most texts that wait for the main session.
const NOTES_MAX: usize = 20;

/// The longest of them, in bytes.
const NOTE_MAX: usize = 4096;

/// Texts for the main session, the newest last. No agent reads them yet; `status` shows them.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes(VecDeque<String>);

impl Notes {
    fn add(&mut self, said: &str) {
        let said = cut(said, NOTE_MAX);
        if self.0.back().is_some_and(|last| last == said) {
            return;
        }
        if self.0.len() == NOTES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(said.to_owned());
    }

    /// What waits, the oldest first.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

/// Somebody tells of itself (`Node: …`), or tells the main session something.
fn event(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let Some(said) = text(call.params, "text") else { return refuse("text required") };
    desk.presence.told(call.params, said, call.now);
    if !said.starts_with("Node:") {
        desk.notes.add(said);
    }
    call.effects.push(Effect::PresenceChanged);
    say(json!({"ok": true}))
}

fn wake(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let said = text(call.params, "text");
    if let Some(said) = said {
        desk.notes.add(said);
    }
    say(json!({"ok": said.is_some()}))
}

/// There was none: the gateway runs no agents yet.
fn last_heartbeat(_: &mut Desk, _: &mut Call<'_>) -> Reply {
    say(Value::Null)
}

/// The switch of all heartbeats. It does not show in `health` and `status`, which tell the config, as
/// OpenClaw's do not.
fn set_heartbeats(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    let Some(enabled) = call.params["enabled"].as_bool() else {
        return refuse("invalid set-heartbeats params: enabled (boolean) required");
    };
    say(json!({"ok": true, "enabled": enabled}))
}

fn identity(desk: &mut Desk, _: &mut Call<'_>) -> Reply {
    let host = &desk.about.host;
    say(json!({"deviceId": host.device_id, "publicKey": host.public_key}))
}
