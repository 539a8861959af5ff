//! What each method does: one file per family, one registry line each.
//!
//! A method is a function from a call to a reply; what it remembers stands in the [`Desk`]. Who may
//! call it and with what parameters was settled before (`super::method`).

mod approvals;
mod catalog;
mod channels;
pub mod config;
mod cron;
mod devices;
pub mod exec_approvals;
mod health;
mod logs;
pub mod models;
mod nodes;
mod presence;
mod registry;
mod status;
mod system;
mod usage;
mod voice;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::config::DEFAULT_AGENT;
use crate::moment::Moment;

use super::errand::{Done, Errand};
use super::frame::Refusal;
use super::fresh::{Fresh, Now};
use super::handshake::Client;
use super::json::put;
use super::log::Line;
use super::nodes::{Command as NodeCommand, View};
use super::pairing::Command;
use super::scope;
use super::settings::{AgentNote, Host, NodeCommands, Settings, default_agent};

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

impl Guest {
    /// Whether it may do everything, and see where things are kept.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.role == scope::ROLE_OPERATOR && self.holds(scope::ADMIN)
    }

    /// Whether its connection has a scope; admin stands for each.
    #[must_use]
    pub fn holds(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope || own == scope::ADMIN)
    }
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
    /// A question to the book of nodes whose answer nobody waits for.
    Node(NodeCommand),
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
    /// The book of nodes answers.
    Node(NodeCommand),
    /// The world answers.
    Errand(Errand),
    /// Later, by [`Effect::Answer`].
    Later,
}

/// What the methods remember.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    about: About,
    presence: presence::Presence,
    exec: approvals::Broker,
    plugin: approvals::Broker,
    nodes: nodes::Nodes,
    /// What was said to the main session, for `status`.
    notes: system::Notes,
    /// The last answer of `health`, and since when it holds.
    health: Option<(Moment, Value)>,
    changes: config::Pace,
}

impl Desk {
    /// A desk for a gateway that starts now.
    #[must_use]
    pub fn new(settings: &Settings, now: Now) -> Self {
        let mut desk =
            Self { exec: approvals::Broker::exec(), plugin: approvals::Broker::plugin(), ..Self::default() };
        desk.about = About::of(settings);
        desk.health = Some((now.at, health::payload(&desk, now)));
        desk
    }

    /// The gateway is set otherwise from now on.
    pub fn reconfigured(&mut self, settings: &Settings) {
        let about = About::of(settings);
        if self.about != about {
            self.about = about;
            self.health = None;
        }
    }

    /// Answers a call that has passed its gate and its shape.
    pub fn answer(&mut self, method: &str, call: &mut Call<'_>) -> Reply {
        self.wake(call.now, call.effects);
        match registry::find(method) {
            Some(handler) => handler(self, call),
            None => registry::unsupported(method),
        }
    }

    /// What an errand brought back, as the payload of its answer. Most pass as they are.
    ///
    /// # Errors
    /// The refusal that the errand brought.
    pub fn finish(&mut self, method: &str, done: Done, now: Now) -> Done {
        match method {
            "config.set" | "config.apply" | "config.patch" => {
                done.map(|payload| config::finish(method, payload, now.ms))
            }
            _ => done,
        }
    }

    /// Somebody was let in.
    pub fn came(&mut self, guest: &Guest, now: Now, effects: &mut Vec<Effect>) {
        if self.presence.came(guest, now) {
            effects.push(Effect::PresenceChanged);
        }
        nodes::Nodes::came(&self.about.node_commands, guest, effects);
    }

    /// The book of nodes says who is paired.
    pub fn know_nodes(&mut self, paired: View) {
        self.nodes.know(paired);
    }

    /// Somebody left.
    pub fn left(&mut self, guest: &Guest, now: Now, effects: &mut Vec<Effect>) {
        if self.presence.left(guest, now) {
            effects.push(Effect::PresenceChanged);
        }
        self.exec.left(guest.conn);
        self.plugin.left(guest.conn);
        self.nodes.left(guest.conn, effects);
    }

    /// The payload of `health`, and of its event.
    #[must_use]
    pub fn health(&self, now: Now) -> Value {
        health::payload(self, now)
    }

    /// The presence list.
    #[must_use]
    pub fn presence(&self, now: Now) -> Value {
        self.presence.list(&self.about.host, now)
    }

    /// When something here is due: an approval expires or is forgotten, or a node has had its time.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        [self.exec.deadline(), self.plugin.deadline(), self.nodes.deadline()].into_iter().flatten().min()
    }

    /// Does what is due.
    pub fn wake(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.exec.wake(now, effects);
        self.plugin.wake(now, effects);
        self.nodes.wake(now, effects);
    }
}

/// What the methods tell of the gateway itself.
#[derive(Debug, Clone, Default, PartialEq)]
struct About {
    config_path: String,
    state_dir: String,
    host: Host,
    agents: Vec<AgentNote>,
    node_commands: NodeCommands,
}

impl About {
    fn of(settings: &Settings) -> Self {
        Self {
            config_path: settings.config_path.clone(),
            state_dir: settings.state_dir.clone(),
            host: settings.host.clone(),
            agents: settings.agents.clone(),
            node_commands: settings.node_commands.clone(),
        }
    }

    /// The id of the agent that is meant where none is named.
    fn default_agent(&self) -> &str {
        default_agent(&self.agents)
    }

    /// The agents, `main` where none is named.
    fn all_agents(&self) -> Vec<AgentNote> {
        if self.agents.is_empty() {
            let main = AgentNote { id: DEFAULT_AGENT.to_owned(), default: true, ..AgentNote::default() };
            return vec![main];
        }
        self.agents.clone()
    }

    /// A path in the state folder.
    fn state_path(&self, below: &str) -> String {
        format!("{}/{below}", self.state_dir.trim_end_matches('/'))
    }
}

/// An answer that is there.
fn say(payload: Value) -> Reply {
    Reply::Now(Ok(payload))
}

/// A request that is not acceptable.
fn refuse(message: impl Into<String>) -> Reply {
    Reply::Now(Err(Refusal::invalid(message)))
}

/// A text parameter, trimmed; `None` where it is missing or empty.
fn text<'a>(params: &'a Value, key: &str) -> Option<&'a str> {
    params.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}
