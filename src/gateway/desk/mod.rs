//! What each method does: one file per family, one registry line each.

use std::collections::BTreeMap;

use serde_json::Value;

use super::errand::Errand;
use super::frame::Refusal;
use super::fresh::{Fresh, Now};
use super::handshake::Client;
use super::log::Line;
use super::pairing::Command;
use super::settings::Settings;

/// A connection, by the number that the shell gave it.
pub type ConnId = u64;

/// Somebody who is let in.
#[derive(Debug, Clone, PartialEq)]
pub struct Guest {
    /// The number of the connection.
    pub conn: ConnId,
    /// Its UUID, as hello-ok and the log name it.
    pub conn_id: String,
    /// The client.
    pub client: Client,
    /// `operator` or `node`.
    pub role: String,
    /// The scopes of the connection.
    pub scopes: Vec<String>,
    /// The device, if there is one.
    pub device_id: Option<String>,
    /// The address, unless local.
    pub remote_ip: Option<String>,
    /// When it was let in, wall milliseconds.
    pub since_ms: u64,
}

/// One call of one method, and what stands around it.
pub struct Call<'a> {
    /// When.
    pub now: Now,
    /// Chance for this call.
    pub fresh: Fresh,
    /// Who calls.
    pub caller: &'a Guest,
    /// Everybody who is connected.
    pub guests: &'a BTreeMap<ConnId, Guest>,
    /// How the gateway is set.
    pub settings: &'a Settings,
    /// The id of the request, for answers that come later.
    pub id: &'a str,
    /// The parameters, of the method's shape.
    pub params: &'a Value,
    /// What else happens: filled by the method.
    pub effects: &'a mut Vec<Effect>,
}

/// What a method wants done beside its answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// An event to everybody who may hear it.
    Broadcast {
        /// Its name.
        event: &'static str,
        /// Its payload.
        payload: Value,
    },
    /// An event to one connection, without `seq`.
    Tell {
        /// Whom.
        conn: ConnId,
        /// Its name.
        event: &'static str,
        /// Its payload.
        payload: Value,
    },
    /// An answer to an earlier request of somebody.
    Answer {
        /// Whom.
        conn: ConnId,
        /// The request.
        id: String,
        /// The answer.
        result: Result<Value, Refusal>,
    },
    /// The presence list changed; it is broadcast soon.
    PresenceChanged,
    /// A line for the log.
    Log(Line),
}

/// How a method answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// At once.
    Now(Result<Value, Refusal>),
    /// The pairing book answers.
    Pair(Command),
    /// The world answers.
    Errand(Errand),
    /// Later, by [`Effect::Answer`].
    Later,
}

/// What the methods remember.
#[derive(Debug, Clone, Default)]
pub struct Desk {}

impl Desk {
    /// A desk for a gateway that starts now.
    #[must_use]
    pub fn new(settings: &Settings, now: Now) -> Self {
        let _ = (settings, now);
        Self::default()
    }

    /// Answers a call that has passed its gate and its shape.
    pub fn answer(&mut self, method: &str, call: &mut Call<'_>) -> Reply {
        let _ = call;
        Reply::Now(Err(Refusal::unavailable(format!("{method} is not supported by provoke"))))
    }

    /// What an errand brought back, as the payload of its answer. Most pass as they are.
    pub fn finish(&mut self, method: &str, done: Result<Value, Refusal>, now: Now) -> Result<Value, Refusal> {
        let _ = (method, now);
        done
    }

    /// Somebody was let in.
    pub fn came(&mut self, guest: &Guest, now: Now, effects: &mut Vec<Effect>) {
        let _ = (guest, now, effects);
    }

    /// Somebody left.
    pub fn left(&mut self, guest: &Guest, now: Now, effects: &mut Vec<Effect>) {
        let _ = (guest, now, effects);
    }

    /// The payload of `health`, and of its event.
    #[must_use]
    pub fn health(&self, now: Now) -> Value {
        serde_json::json!({"ok": true, "ts": now.ms})
    }

    /// The presence list.
    #[must_use]
    pub fn presence(&self, now: Now) -> Value {
        let _ = now;
        Value::Array(Vec::new())
    }

    /// When something here is due (an approval expires, a heartbeat is late).
    #[must_use]
    pub const fn deadline(&self) -> Option<crate::moment::Moment> {
        None
    }

    /// Does what is due.
    pub fn wake(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let _ = (now, effects);
    }
}
