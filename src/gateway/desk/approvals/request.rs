//! What is asked, as the decider is shown it: key by key as OpenClaw 2026.4.12 shows it.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::gateway::desk::{Call, put, text};

use super::{Asked, DECISIONS};

/// How long a command waits for a decision where the caller does not say, in milliseconds.
const EXEC_TIMEOUT_MS: u64 = 1_800_000;

/// The longest that it may say: a day.
const EXEC_TIMEOUT_MAX_MS: u64 = 86_400_000;

/// The same for plugins, and the longest.
const PLUGIN_TIMEOUT_MS: (u64, u64) = (120_000, 600_000);

/// How the ids of plugins' requests begin.
const PLUGIN_PREFIX: &str = "plugin:";

/// The longest id that a caller may choose, in bytes.
const ID_MAX: usize = 256;

/// The most names of variables that are shown.
const ENV_MAX: usize = 256;

/// `exec.approval.request`, or the words of a refusal.
pub(super) fn exec(call: &Call<'_>) -> Result<Asked, String> {
    let params = call.params;
    let plan = params.get("systemRunPlan").filter(|plan| plan.is_object());
    let from_plan = |key: &str| plan.and_then(|plan| text(plan, key));
    let host = text(params, "host");
    let on_node = host == Some("node");
    let node_id = text(params, "nodeId").filter(|_| on_node);
    if on_node && node_id.is_none() {
        return Err("nodeId is required for host=node".to_owned());
    }
    if on_node && plan.is_none() {
        return Err("systemRunPlan is required for host=node".to_owned());
    }
    let argv = argv(params.get("commandArgv"));
    let command = from_plan("commandText").filter(|_| on_node).or_else(|| text(params, "command"));
    let command = command.map(str::to_owned).or_else(|| argv.as_ref().map(|argv| argv.join(" ")));
    let Some(command) = command.filter(|command| !command.trim().is_empty()) else {
        return Err("command is required".to_owned());
    };
    let id = own_id(params)?.map_or_else(|| call.fresh.uuid(), str::to_owned);
    let mut request = Map::new();
    request.insert("command".into(), shown(&command).into());
    put(&mut request, "commandArgv", argv.filter(|_| !on_node));
    put(&mut request, "envKeys", env_keys(params.get("env")));
    request.insert("systemRunBinding".into(), Value::Null);
    request.insert("systemRunPlan".into(), plan.filter(|_| on_node).cloned().unwrap_or_default());
    let planned = |key: &str| from_plan(key).filter(|_| on_node).or_else(|| text(params, key));
    request.insert("cwd".into(), planned("cwd").into());
    request.insert("nodeId".into(), node_id.into());
    request.insert("host".into(), host.into());
    request.insert("security".into(), text(params, "security").into());
    request.insert("ask".into(), text(params, "ask").into());
    request.insert("allowedDecisions".into(), allowed(text(params, "ask")));
    request.insert("agentId".into(), planned("agentId").into());
    request.insert("resolvedPath".into(), text(params, "resolvedPath").into());
    request.insert("sessionKey".into(), planned("sessionKey").into());
    turn_source(&mut request, params);
    let timeout_ms = params.get("timeoutMs").and_then(Value::as_u64).unwrap_or(EXEC_TIMEOUT_MS);
    Ok(Asked { id, request: Value::Object(request), timeout_ms: timeout_ms.clamp(1, EXEC_TIMEOUT_MAX_MS) })
}

/// `plugin.approval.request`.
pub(super) fn plugin(call: &Call<'_>) -> Asked {
    let params = call.params;
    let mut request = Map::new();
    for key in
        ["pluginId", "title", "description", "severity", "toolName", "toolCallId", "agentId", "sessionKey"]
    {
        request.insert(key.into(), params.get(key).cloned().unwrap_or_default());
    }
    turn_source(&mut request, params);
    let (usual, most) = PLUGIN_TIMEOUT_MS;
    let timeout_ms = params.get("timeoutMs").and_then(Value::as_u64).unwrap_or(usual).clamp(1, most);
    Asked { id: format!("{PLUGIN_PREFIX}{}", call.fresh.uuid()), request: Value::Object(request), timeout_ms }
}

fn own_id(params: &Value) -> Result<Option<&str>, String> {
    match text(params, "id") {
        Some(id) if id.starts_with(PLUGIN_PREFIX) => {
            Err(format!("approval ids starting with {PLUGIN_PREFIX} are reserved"))
        }
        Some(id) if id.len() > ID_MAX => Err(format!("approval id is longer than {ID_MAX} bytes")),
        id => Ok(id),
    }
}

/// Where in a chat the request comes from.
fn turn_source(request: &mut Map<String, Value>, params: &Value) {
    for key in ["turnSourceChannel", "turnSourceTo", "turnSourceAccountId"] {
        request.insert(key.into(), text(params, key).into());
    }
    request
        .insert("turnSourceThreadId".into(), params.get("turnSourceThreadId").cloned().unwrap_or_default());
}

fn argv(value: Option<&Value>) -> Option<Vec<String>> {
    let words: Vec<String> = value?.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Some(words).filter(|words| !words.is_empty())
}

/// The names of the variables, sorted. Their values are nobody's business.
fn env_keys(env: Option<&Value>) -> Option<Vec<String>> {
    let mut keys: Vec<String> = env?.as_object()?.keys().take(ENV_MAX).cloned().collect();
    keys.sort();
    Some(keys).filter(|keys| !keys.is_empty())
}

/// Who wants to be asked every time cannot be told "always".
fn allowed(ask: Option<&str>) -> Value {
    let always = ask.is_some_and(|ask| ask.eq_ignore_ascii_case("always"));
    json!(DECISIONS.into_iter().filter(|word| !always || *word != "allow-always").collect::<Vec<_>>())
}

/// A command as it may be shown: what is invisible or turns the direction of writing is spelled
/// out, so that nobody approves what he does not see.
fn shown(command: &str) -> String {
    let mut out = String::with_capacity(command.len());
    for letter in command.chars() {
        let hidden = letter.is_control()
            || matches!(
                letter,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{3164}' | '\u{115f}' | '\u{1160}'
            )
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(letter, '\u{e0000}'..='\u{e007f}' | '\u{fe00}'..='\u{fe0f}');
        if hidden && letter != '\n' && letter != '\t' {
            let _ = write!(out, "\\u{{{:X}}}", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    out
}
