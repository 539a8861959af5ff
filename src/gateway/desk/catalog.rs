//! Agents, tools, commands and skills. Nothing is executed here, so the lists are honest and short.

use serde_json::{Map, Value, json};

use super::registry::Family;
use super::{Call, Desk, Reply, put, refuse, say, text};

pub(super) const METHODS: Family = &[
    ("agents.list", agents),
    ("agent.identity.get", identity),
    ("tools.catalog", tools),
    ("commands.list", commands),
    ("skills.status", skills),
];

fn agents(desk: &mut Desk, _: &mut Call<'_>) -> Reply {
    let list: Vec<Value> = desk
        .about
        .all_agents()
        .into_iter()
        .map(|agent| {
            let mut entry = Map::from_iter([("id".to_owned(), agent.id.into())]);
            put(&mut entry, "name", agent.name);
            Value::Object(entry)
        })
        .collect();
    say(
        json!({"defaultId": desk.about.default_agent(), "mainKey": "main", "scope": "per-sender", "agents": list}),
    )
}

fn identity(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let of_session =
        text(call.params, "sessionKey").and_then(|key| key.strip_prefix("agent:")?.split(':').next());
    let wanted = text(call.params, "agentId").or(of_session).unwrap_or_else(|| desk.about.default_agent());
    let agents = desk.about.all_agents();
    let Some(agent) = agents.iter().find(|agent| agent.id == wanted) else {
        return refuse(format!("unknown agent id \"{}\"", super::presence::cut(wanted, 64)));
    };
    let name = agent.name.as_deref().unwrap_or("Assistant");
    let avatar: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
    say(json!({"agentId": agent.id, "name": name, "avatar": avatar}))
}

fn tools(desk: &mut Desk, call: &mut Call<'_>) -> Reply {
    let wanted = text(call.params, "agentId").unwrap_or_else(|| desk.about.default_agent());
    if !desk.about.all_agents().iter().any(|agent| agent.id == wanted) {
        return refuse(format!("unknown agent id \"{}\"", super::presence::cut(wanted, 64)));
    }
    let profiles =
        [("minimal", "Minimal"), ("coding", "Coding"), ("messaging", "Messaging"), ("full", "Full")];
    let profiles: Vec<Value> =
        profiles.into_iter().map(|(id, label)| json!({"id": id, "label": label})).collect();
    say(json!({"agentId": wanted, "profiles": profiles, "groups": []}))
}

fn commands(_: &mut Desk, _: &mut Call<'_>) -> Reply {
    say(json!({"commands": []}))
}

fn skills(desk: &mut Desk, _: &mut Call<'_>) -> Reply {
    let about = &desk.about;
    say(json!({
        "workspaceDir": about.state_path("workspace"),
        "managedSkillsDir": about.state_path("skills"),
        "skills": [],
    }))
}
