//! All nodes that are known: paired, connected, or both.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::gateway::desk::{ConnId, Guest, put};
use crate::gateway::nodes::{Paired, View};
use crate::gateway::scope;
use crate::gateway::settings::NodeCommands;

/// The id of a node that is connected.
pub(super) fn node_id(guest: &Guest) -> &str {
    guest.device_id.as_deref().or(guest.client.instance_id.as_deref()).unwrap_or(&guest.client.id)
}

/// The connection of a node; of several, the newest.
pub(super) fn live<'a>(guests: &'a BTreeMap<ConnId, Guest>, id: &str) -> Option<&'a Guest> {
    guests.values().rev().find(|guest| guest.role == scope::ROLE_NODE && node_id(guest) == id)
}

/// The commands that a connected node offers and that the config lets it run.
pub(super) fn offered<'a>(guest: &'a Guest, policy: &NodeCommands) -> BTreeSet<&'a str> {
    let client = &guest.client;
    let permits = |command: &&str| policy.permits(&client.platform, client.device_family.as_deref(), command);
    client.commands.iter().map(|command| command.trim()).filter(permits).collect()
}

/// What is known of nodes beside who is connected.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) paired: &'a View,
    pub(super) policy: &'a NodeCommands,
}

/// Those that are connected first, then by name.
///
/// Of the commands that a connected node offers, only those are listed that were approved.
pub(super) fn all(known: Known<'_>, guests: &BTreeMap<ConnId, Guest>) -> Vec<Value> {
    let live: BTreeMap<&str, &Guest> = guests
        .values()
        .filter(|guest| guest.role == scope::ROLE_NODE)
        .map(|guest| (node_id(guest), guest))
        .collect();
    let ids: BTreeSet<&str> = live.keys().copied().chain(known.paired.keys().map(String::as_str)).collect();
    let mut all: Vec<Value> = ids.into_iter().map(|id| entry(known, id, live.get(id).copied())).collect();
    all.sort_by_key(|node| {
        let name = node["displayName"]
            .as_str()
            .or_else(|| node["nodeId"].as_str())
            .unwrap_or_default()
            .to_lowercase();
        (node["connected"] != true, name)
    });
    all
}

fn entry(known: Known<'_>, id: &str, live: Option<&Guest>) -> Value {
    let paired = known.paired.get(id);
    let stored = |key: &str| paired.and_then(|paired| paired.facts.get(key)?.as_str());
    let client = live.map(|guest| &guest.client);
    let mut node = Map::from_iter([("nodeId".to_owned(), id.into())]);
    put(
        &mut node,
        "displayName",
        client.and_then(|c| c.display_name.as_deref()).or_else(|| stored("displayName")),
    );
    put(&mut node, "platform", client.map(|c| c.platform.as_str()).or_else(|| stored("platform")));
    put(&mut node, "version", client.map(|c| c.version.as_str()).or_else(|| stored("version")));
    put(&mut node, "coreVersion", stored("coreVersion"));
    put(&mut node, "uiVersion", stored("uiVersion"));
    put(&mut node, "clientId", client.map(|c| c.id.as_str()));
    put(&mut node, "clientMode", client.map(|c| c.mode.as_str()));
    put(
        &mut node,
        "deviceFamily",
        client.and_then(|c| c.device_family.as_deref()).or_else(|| stored("deviceFamily")),
    );
    put(
        &mut node,
        "modelIdentifier",
        client.and_then(|c| c.model_identifier.as_deref()).or_else(|| stored("modelIdentifier")),
    );
    put(
        &mut node,
        "remoteIp",
        live.and_then(|guest| guest.remote_ip.as_deref()).or_else(|| stored("remoteIp")),
    );
    let approved: BTreeSet<&str> = paired.map(Paired::commands).into_iter().flatten().collect();
    let caps: BTreeSet<&str> = client.map_or_else(
        || paired.map(Paired::caps).into_iter().flatten().collect(),
        |client| client.caps.iter().map(String::as_str).collect(),
    );
    let commands: Vec<&str> = match live {
        Some(guest) => offered(guest, known.policy).intersection(&approved).copied().collect(),
        None => approved.into_iter().collect(),
    };
    node.insert("caps".into(), caps.into_iter().collect::<Vec<_>>().into());
    node.insert("commands".into(), commands.into());
    put(&mut node, "connectedAtMs", live.map(|guest| guest.since_ms));
    put(&mut node, "approvedAtMs", paired.map(|paired| paired.approved_ms));
    // A node that is let in has a paired device.
    node.insert("paired".into(), true.into());
    node.insert("connected".into(), live.is_some().into());
    Value::Object(node)
}
