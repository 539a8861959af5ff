//! The desk: scripts of calls, and what is answered and done.
//!
//! A script (JSON5) names guests and steps; every snapshot is the whole talk.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use provoke::gateway::desk::{Call, ConnId, Desk, Effect, Guest, Reply};
use provoke::gateway::frame::Refusal;
use provoke::gateway::fresh::{Fresh, Now};
use provoke::gateway::handshake::Client;
use provoke::gateway::nodes::{Command, Nodes};
use provoke::gateway::pairing::image::AtRest;
use provoke::gateway::settings::{
    AgentNote, AuthMode, ControlUi, Host, Limits, LocalUpgrade, NodeCommands, Settings,
};
use provoke::moment::Moment;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The wall clock at the start of every script.
const START_MS: u64 = 1_800_000_000_000;

pub(crate) fn settings() -> Settings {
    Settings {
        auth: AuthMode::None,
        local_upgrade: LocalUpgrade::Connection,
        rate_limit: None,
        control_ui: ControlUi::default(),
        limits: Limits::default(),
        trusted_proxies: Vec::new(),
        port: 18_789,
        config_path: "/state/openclaw.json".into(),
        state_dir: "/state".into(),
        host: Host {
            name: "box".into(),
            ip: "192.0.2.1".into(),
            platform: "linux 6.1".into(),
            family: "Linux".into(),
            model: "x64".into(),
            device_id: "a".repeat(64),
            public_key: "k".repeat(43),
        },
        agents: Vec::new(),
        node_commands: NodeCommands::default(),
    }
}

pub(crate) fn now(at_ms: u64) -> Now {
    Now { at: Moment::from_millis(at_ms), ms: START_MS + at_ms }
}

/// A guest as a script describes it.
pub(crate) fn guest(conn: ConnId, told: &Value) -> Guest {
    let text = |key: &str| told[key].as_str().map(str::to_owned);
    let list = |key: &str| -> Vec<String> {
        told[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Guest {
        conn,
        conn_id: format!("conn-{conn}"),
        client: Client {
            id: text("id").unwrap_or_else(|| "cli".into()),
            mode: text("mode").unwrap_or_else(|| "cli".into()),
            version: "2026.4.12".into(),
            platform: "linux".into(),
            display_name: text("name"),
            instance_id: text("instance"),
            caps: list("caps"),
            commands: list("commands"),
            ..Client::default()
        },
        role: text("role").unwrap_or_else(|| "operator".into()),
        scopes: list("scopes"),
        device_id: text("device"),
        remote_ip: text("ip"),
        since_ms: START_MS,
    }
}

/// A desk, who is at it, and the time.
pub(crate) struct Scene {
    pub(crate) desk: Desk,
    pub(crate) guests: BTreeMap<ConnId, Guest>,
    step: u8,
    nodes: Nodes,
}

impl Scene {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { desk: Desk::new(settings, now(0)), guests: BTreeMap::new(), step: 0, nodes: Nodes::default() }
    }

    pub(crate) fn come(&mut self, guest: &Guest, at: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.guests.insert(guest.conn, guest.clone());
        self.desk.came(guest, now(at), &mut effects);
        let fresh = Fresh(Sha256::digest(format!("node.pair {}", guest.conn_id)).into());
        let mut told = Vec::new();
        for effect in effects {
            match effect {
                Effect::Node(command) => drop(self.ask_nodes(&command, fresh, at, &mut told)),
                effect => told.push(effect),
            }
        }
        told
    }

    /// The book of nodes behind the desk answers at once.
    fn ask_nodes(
        &mut self,
        command: &Command,
        fresh: Fresh,
        at: u64,
        effects: &mut Vec<Effect>,
    ) -> Result<Value, Refusal> {
        let step = self.nodes.handle(now(at).ms, fresh, AtRest::Hash, command);
        let all = step.events.into_iter();
        effects.extend(all.map(|event| Effect::Broadcast { event: event.name, payload: event.payload }));
        let one = step.told.into_iter();
        effects.extend(one.map(|(conn, event)| Effect::Tell {
            conn,
            event: event.name,
            payload: event.payload,
        }));
        if let Some(paired) = step.paired {
            self.desk.know_nodes(paired);
        }
        step.answer
    }

    pub(crate) fn call(
        &mut self,
        conn: ConnId,
        method: &str,
        params: &Value,
        at: u64,
    ) -> (Reply, Vec<Effect>) {
        self.step += 1;
        let id = format!("r{}", self.step);
        let caller = self.guests[&conn].clone();
        let mut effects = Vec::new();
        let reply = self.desk.answer(
            method,
            &mut Call {
                now: now(at),
                fresh: Fresh([self.step; 32]),
                caller: &caller,
                guests: &self.guests,
                id: &id,
                params,
                effects: &mut effects,
            },
        );
        if let Reply::Node(command) = reply {
            let answer = self.ask_nodes(&command, Fresh([self.step; 32]), at, &mut effects);
            return (Reply::Now(answer), effects);
        }
        (reply, effects)
    }

    fn leave(&mut self, conn: ConnId, at: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(guest) = self.guests.remove(&conn) {
            self.desk.left(&guest, now(at), &mut effects);
        }
        effects
    }
}

fn result(result: &Result<Value, Refusal>) -> String {
    match result {
        Ok(payload) => payload.to_string(),
        Err(refusal) => format!("refused {}", refusal.to_json()),
    }
}

fn reply_line(reply: &Reply) -> String {
    match reply {
        Reply::Now(now) => result(now),
        Reply::Pair(command) => format!("pairing {command:?}"),
        Reply::Node(command) => format!("nodes {command:?}"),
        Reply::Errand(errand) => format!("errand {errand:?}"),
        Reply::Later => "later".into(),
    }
}

fn effect_line(effect: &Effect) -> String {
    match effect {
        Effect::Broadcast { event, payload } => format!("all hear {event} {payload}"),
        Effect::Tell { conn, event, payload } => format!("{conn} hears {event} {payload}"),
        Effect::Answer { conn, id, result: answer } => format!("{conn} is answered {id} {}", result(answer)),
        Effect::Node(command) => format!("nodes {command:?}"),
        Effect::PresenceChanged => "presence changed".into(),
        Effect::Log(line) => format!("log {} [{}] {}", line.level.word(), line.subsystem, line.message),
    }
}

/// The id of the request that a node's coming makes.
fn asked_by(conn_id: &str) -> String {
    Fresh(Sha256::digest(format!("node.pair {conn_id}")).into()).uuid()
}

/// The whole talk of a script: `$last` is the id of what a node was asked last, `$asked N` that of the
/// request that the coming of guest N made.
fn play(script: &Value) -> String {
    let mut settings = settings();
    for agent in script["agents"].as_array().into_iter().flatten() {
        settings.agents.push(AgentNote {
            id: agent["id"].as_str().unwrap_or_default().into(),
            name: agent["name"].as_str().map(str::to_owned),
            default: agent["default"] == true,
            heartbeat_ms: agent["heartbeatMs"].as_u64(),
        });
    }
    let mut scene = Scene::new(&settings);
    let mut talk = String::new();
    let mut last = String::new();
    for step in script["steps"].as_array().expect("a script has steps") {
        let at = step["at"].as_u64().unwrap_or(0);
        let conn = step["from"].as_u64().unwrap_or(0);
        let (said, effects) = if let Some(method) = step["call"].as_str() {
            let mut params = step.get("params").cloned().unwrap_or_else(|| json!({}));
            if params["id"] == "$last" {
                params["id"] = last.as_str().into();
            }
            if params["requestId"] == "$asked 3" {
                params["requestId"] = asked_by("conn-3").into();
            }
            let (reply, effects) = scene.call(conn, method, &params, at);
            (format!("{conn} calls {method} {params}\n  = {}", reply_line(&reply)), effects)
        } else if let Some(conn) = step["come"].as_u64() {
            (format!("{conn} comes"), scene.come(&guest(conn, &script["guests"][conn.to_string()]), at))
        } else if let Some(conn) = step["leave"].as_u64() {
            (format!("{conn} leaves"), scene.leave(conn, at))
        } else {
            let due = scene.desk.deadline().map(|due| due.nanos() / 1_000_000);
            let mut effects = Vec::new();
            scene.desk.wake(now(at), &mut effects);
            (format!("time passes, due at {due:?}"), effects)
        };
        let _ = writeln!(talk, "{at} ms: {said}");
        effects.iter().for_each(|effect| {
            if let Effect::Tell { event: "node.invoke.request", payload, .. } = effect {
                last = payload["id"].as_str().unwrap_or_default().to_owned();
            }
            let _ = writeln!(talk, "  ! {}", effect_line(effect));
        });
    }
    talk
}

#[test]
#[expect(clippy::disallowed_methods, reason = "cases are files")]
fn every_script_goes_as_its_snapshot_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gateway/desk");
    let mut paths: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 8, "{paths:?}");
    for path in paths {
        let script: Value = json5::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("gateway.desk.{name}"), play(&script)));
    }
}

#[test]
fn presence_and_approvals_are_bounded() {
    let mut scene = Scene::new(&settings());
    for conn in 0..300 {
        let told = json!({"mode": "ui", "device": format!("d{conn}"), "scopes": ["operator.approvals"]});
        scene.come(&guest(conn, &told), conn);
    }
    assert_eq!(scene.desk.presence(now(300)).as_array().unwrap().len(), 201);
    let mut refused = 0;
    for at in 0..600_u64 {
        scene.step = 0;
        let params = json!({"command": "ls", "id": format!("id-{at}")});
        let (reply, _) = scene.call(1, "exec.approval.request", &params, at);
        refused += usize::from(matches!(reply, Reply::Now(Err(_))));
    }
    assert_eq!(refused, 600 - 256);
    let big = json!({"command": "x".repeat(300_000)});
    assert!(matches!(scene.call(1, "exec.approval.request", &big, 601).0, Reply::Now(Err(_))));
}

#[test]
fn no_method_of_the_table_panics_on_odd_parameters() {
    let odd = [
        json!({}),
        json!(null),
        json!([1]),
        json!("x"),
        json!({"id": 1, "nodeId": [], "path": "[[", "text": {}}),
    ];
    for method in provoke::gateway::method::TABLE {
        for params in &odd {
            let mut scene = Scene::new(&settings());
            scene.come(&guest(1, &json!({"scopes": ["operator.admin"]})), 0);
            let _ = scene.call(1, method.name, params, 1);
        }
    }
}
