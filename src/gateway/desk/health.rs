//! `health`: is the gateway alive, and what does it look after?

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::gateway::fresh::Now;
use crate::gateway::settings::AgentNote;

use super::registry::Family;
use super::{Call, Desk, Reply, say};

pub(super) const METHODS: Family = &[("health", answer)];

/// How long an answer holds unless it is probed for.
const HOLDS: Duration = Duration::from_secs(60);

/// The characters of a heartbeat's answer that count as silence. OpenClaw's default.
const ACK_MAX_CHARS: u64 = 300;

fn answer(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let probe = call.params["probe"].as_bool() == Some(true);
    match &desk.health {
        Some((since, payload)) if !probe && call.now.at.since(*since) < HOLDS => say(payload.clone()),
        _ => {
            let payload = payload(desk, call.now);
            desk.health = Some((call.now.at, payload.clone()));
            say(payload)
        }
    }
}

/// The payload as it is now.
pub(super) fn payload(desk: &Desk, now: Now) -> Value {
    let about = &desk.about;
    let (agents, main) = (about.all_agents(), about.default_agent());
    let beat = agents.iter().find(|agent| agent.id == main).and_then(|agent| agent.heartbeat_ms);
    let agents: Vec<Value> = agents
        .iter()
        .map(|agent| {
            let mut heartbeat = heartbeat(agent);
            heartbeat.extend([
                ("prompt".to_owned(), "".into()),
                ("target".to_owned(), "none".into()),
                ("ackMaxChars".to_owned(), ACK_MAX_CHARS.into()),
            ]);
            json!({
                "agentId": agent.id,
                "isDefault": agent.id == main,
                "heartbeat": heartbeat,
                "sessions": sessions(&sessions_path(desk, &agent.id)),
            })
        })
        .collect();
    json!({
        "ok": true, "ts": now.ms, "durationMs": 0,
        "channels": {}, "channelOrder": [], "channelLabels": {},
        "heartbeatSeconds": beat.map_or(0, |ms| ms / 1000),
        "defaultAgentId": main,
        "agents": agents,
        "sessions": sessions(&sessions_path(desk, main)),
    })
}

/// The heartbeat of an agent, as far as `health` and `status` tell the same of it.
pub(super) fn heartbeat(agent: &AgentNote) -> Map<String, Value> {
    let ms = agent.heartbeat_ms;
    Map::from_iter([
        ("enabled".to_owned(), ms.is_some().into()),
        ("every".to_owned(), ms.map_or_else(|| "disabled".to_owned(), every).into()),
        ("everyMs".to_owned(), ms.map_or(Value::Null, Value::from)),
    ])
}

/// A duration in its largest whole unit.
fn every(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = UNITS.into_iter().find(|(size, _)| ms >= *size && ms.is_multiple_of(*size));
    unit.map_or_else(|| format!("{ms}ms"), |(size, name)| format!("{}{name}", ms / size))
}

/// Where OpenClaw keeps the sessions of an agent.
pub(super) fn sessions_path(desk: &Desk, agent: &str) -> String {
    desk.about.state_path(&format!("agents/{agent}/sessions/sessions.json"))
}

fn sessions(path: &str) -> Value {
    json!({"path": path, "count": 0, "recent": []})
}
