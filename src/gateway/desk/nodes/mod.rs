//! `node.*`: which nodes there are, who let them, and what they are asked to do.
//!
//! The book of nodes answers `node.pair.*` and `node.rename`; what it last said stands here for all that
//! only looks. A node's commands are good for something once somebody has approved them.

mod catalog;
mod invoke;
mod run;
mod work;

use serde_json::{Map, Value, json};

use crate::config::Secret;
use crate::gateway::frame::Refusal;
use crate::gateway::nodes::{Command, View};
use crate::gateway::scope;
use crate::gateway::settings::NodeCommands;
use crate::moment::Moment;

use super::registry::Family;
use super::{Call, ConnId, Desk, Effect, Guest, Now, Reply, put, refuse, say, text};

/// What is remembered of nodes.
#[derive(Debug, Clone, Default)]
pub(super) struct Nodes {
    /// Those that are paired, as the book last said.
    paired: View,
    invokes: invoke::Invokes,
    work: work::Work,
}

impl Nodes {
    /// The book says who is paired.
    pub(super) fn know(&mut self, paired: View) {
        self.paired = paired;
    }

    /// Somebody was let in. A node that is not paired, or offers more than was approved, asks by that.
    pub(super) fn came(policy: &NodeCommands, guest: &Guest, effects: &mut Vec<Effect>) {
        if guest.role != scope::ROLE_NODE {
            return;
        }
        let client = &guest.client;
        let allowed: Vec<String> = catalog::offered(guest, policy).into_iter().map(str::to_owned).collect();
        // In the order in which they were offered.
        let offered: Vec<&str> = client.commands.iter().map(|command| command.trim()).collect();
        let commands: Vec<&str> =
            offered.into_iter().filter(|command| allowed.iter().any(|known| known == command)).collect();
        let mut told = Map::new();
        put(&mut told, "displayName", client.display_name.as_deref());
        put(&mut told, "platform", Some(client.platform.as_str()));
        put(&mut told, "version", Some(client.version.as_str()));
        put(&mut told, "deviceFamily", client.device_family.as_deref());
        put(&mut told, "modelIdentifier", client.model_identifier.as_deref());
        put(&mut told, "caps", Some(client.caps.clone()));
        put(&mut told, "commands", Some(commands));
        put(&mut told, "remoteIp", guest.remote_ip.as_deref());
        let node_id = catalog::node_id(guest).to_owned();
        effects.push(Effect::Node(Command::Came { node_id, told, allowed, asker: guest.conn }));
    }

    /// Somebody left: what a node was asked is lost, what a caller asked interests nobody.
    pub(super) fn left(&mut self, conn: ConnId, effects: &mut Vec<Effect>) {
        self.invokes.left(conn, effects);
    }

    /// When a node has had its time.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.invokes.deadline()
    }

    /// Does what is due.
    pub(super) fn wake(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.invokes.wake(now, effects);
    }
}

pub(super) const METHODS: Family = &[
    ("node.list", |desk, call| {
        say(json!({"ts": call.now.ms, "nodes": catalog::all(known(desk), call.guests)}))
    }),
    ("node.describe", describe),
    ("node.rename", |_, call| {
        Reply::Node(Command::Rename { node_id: word(call, "nodeId"), name: word(call, "displayName") })
    }),
    ("node.invoke", invoke::invoke),
    ("node.invoke.result", invoke::result),
    ("exec.approvals.node.get", invoke::approvals_get),
    ("exec.approvals.node.set", invoke::approvals_set),
    ("node.pair.request", |_, call| {
        let told = call.params.as_object().cloned().unwrap_or_default();
        Reply::Node(Command::Ask { node_id: word(call, "nodeId"), told, asker: call.caller.conn })
    }),
    ("node.pair.list", |_, _| Reply::Node(Command::List)),
    ("node.pair.approve", |_, call| {
        let scopes = call.caller.scopes.clone();
        Reply::Node(Command::Approve { request_id: word(call, "requestId"), scopes })
    }),
    ("node.pair.reject", |_, call| Reply::Node(Command::Reject { request_id: word(call, "requestId") })),
    ("node.pair.verify", |_, call| {
        let token = Secret::new(word(call, "token"));
        Reply::Node(Command::Verify { node_id: word(call, "nodeId"), token })
    }),
    ("node.pending.enqueue", work::enqueue),
    ("node.pending.drain", work::drain),
    ("node.pending.pull", work::pull),
    ("node.pending.ack", work::ack),
    ("node.canvas.capability.refresh", |_, _| {
        Reply::Now(Err(Refusal::unavailable("canvas host unavailable for this node session")))
    }),
];

fn known(desk: &Desk) -> catalog::Known<'_> {
    catalog::Known { paired: &desk.nodes.paired, policy: &desk.about.node_commands }
}

fn describe(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let wanted = text(call.params, "nodeId").unwrap_or_default();
    let all = catalog::all(known(desk), call.guests);
    let Some(Value::Object(node)) = all.into_iter().find(|node| node["nodeId"] == wanted) else {
        return refuse("unknown nodeId");
    };
    let mut payload = Map::from_iter([("ts".to_owned(), call.now.ms.into())]);
    payload.extend(node);
    say(Value::Object(payload))
}

/// A parameter, to the letter.
fn word(call: &Call<'_>, key: &str) -> String {
    call.params.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
