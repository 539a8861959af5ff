//! `status`: more than `health`, for people. Paths are for administrators.

use serde_json::{Value, json};

use super::health::{heartbeat, sessions_path};
use super::registry::Family;
use super::{Call, Desk, Reply, say};
use crate::gateway::COMPATIBLE_WITH;

pub(super) const METHODS: Family = &[("status", answer)];

/// What stands for a path that the caller may not see.
const HIDDEN_PATH: &str = "[redacted]";

fn answer(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let admin = call.caller.is_admin();
    let agents = desk.about.all_agents();
    let beats: Vec<Value> = agents
        .iter()
        .map(|agent| {
            let mut entry = serde_json::Map::from_iter([("agentId".to_owned(), agent.id.clone().into())]);
            entry.extend(heartbeat(agent));
            Value::Object(entry)
        })
        .collect();
    let paths: Vec<String> = agents.iter().map(|agent| sessions_path(desk, &agent.id)).collect();
    let by_agent: Vec<Value> = agents
        .iter()
        .zip(&paths)
        .map(|(agent, path)| {
            let path = if admin { path } else { HIDDEN_PATH };
            json!({"agentId": agent.id, "path": path, "count": 0, "recent": []})
        })
        .collect();
    let paths = if admin { paths } else { Vec::new() };
    say(json!({
        "runtimeVersion": COMPATIBLE_WITH,
        "heartbeat": {"defaultAgentId": desk.about.default_agent(), "agents": beats},
        "channelSummary": [],
        "queuedSystemEvents": desk.notes.texts(),
        "tasks": {
            "total": 0, "active": 0, "terminal": 0, "failures": 0,
            "byStatus": {"queued": 0, "running": 0, "succeeded": 0, "failed": 0, "timed_out": 0, "cancelled": 0, "lost": 0},
            "byRuntime": {"subagent": 0, "acp": 0, "cli": 0, "cron": 0},
        },
        "taskAudit": {
            "total": 0, "warnings": 0, "errors": 0,
            "byCode": {
                "stale_queued": 0, "stale_running": 0, "lost": 0, "delivery_failed": 0,
                "missing_cleanup": 0, "inconsistent_timestamps": 0,
            },
        },
        "sessions": {
            "paths": paths, "count": 0, "defaults": {"model": null, "contextTokens": null},
            "recent": [], "byAgent": by_agent,
        },
    }))
}
