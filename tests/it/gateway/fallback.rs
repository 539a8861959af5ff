//! What the stock command line does to the pairing files when the gateway refuses it: reads both,
//! changes them, writes both, without a lock. Source: protocol notes, sections 7.1 to 7.4 and 17.
#![expect(clippy::disallowed_methods, reason = "it stands in for a process that edits files")]

use std::path::Path;

use serde_json::{Map, Value, json};

use super::guest::now_ms;

/// A file of `devices/`, empty where there is none.
pub(crate) fn read(state: &Path, name: &str) -> Map<String, Value> {
    let text = std::fs::read_to_string(state.join("devices").join(name)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn write(state: &Path, name: &str, content: &Map<String, Value>) {
    let path = state.join("devices").join(name);
    let draft = path.with_extension("json.stock.tmp");
    std::fs::write(&draft, serde_json::to_string_pretty(content).expect("it serialises")).expect("written");
    std::fs::rename(&draft, &path).expect("renamed");
}

/// The pending requests of a device: id and scopes.
pub(crate) fn pending(state: &Path, device: &str) -> Vec<(String, Vec<String>)> {
    let of_device = |entry: &&Value| entry["deviceId"] == device;
    let row = |entry: &Value| {
        let scopes = entry["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str);
        (entry["requestId"].as_str().unwrap_or_default().to_owned(), scopes.map(str::to_owned).collect())
    };
    read(state, "pending.json").values().filter(of_device).map(row).collect()
}

/// Approves a request through the files. `between` runs after reading and before writing.
///
/// # Errors
/// The id is not in the file: `unknown requestId`.
pub(crate) fn approve(state: &Path, request: &str, between: impl FnOnce()) -> Result<(), &'static str> {
    let (mut paired, mut pending) = (read(state, "paired.json"), read(state, "pending.json"));
    between();
    let asked = pending.shift_remove(request).ok_or("unknown requestId")?;
    let id = asked["deviceId"].as_str().expect("a device").to_owned();
    let old = paired.get(&id).cloned().unwrap_or_default();
    let mut scopes = old["approvedScopes"].as_array().cloned().unwrap_or_default();
    for scope in asked["scopes"].as_array().into_iter().flatten() {
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    let mut record = old.as_object().cloned().unwrap_or_default();
    for name in ["deviceId", "publicKey", "platform", "clientId", "clientMode", "role", "roles"] {
        record.insert(name.to_owned(), asked[name].clone());
    }
    record.insert("scopes".to_owned(), scopes.clone().into());
    record.insert("approvedScopes".to_owned(), scopes.into());
    let token = json!({
        "token": "minted-by-the-stock-command-line-0123456789", "role": "operator",
        "scopes": asked["scopes"], "createdAtMs": now_ms(),
    });
    record.insert("tokens".to_owned(), json!({"operator": token}));
    record.insert("approvedAtMs".to_owned(), now_ms().into());
    record.entry("createdAtMs").or_insert_with(|| now_ms().into());
    paired.insert(id, record.into());
    write(state, "paired.json", &paired);
    write(state, "pending.json", &pending);
    Ok(())
}
