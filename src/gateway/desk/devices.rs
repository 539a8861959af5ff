//! `device.pair.*` and `device.token.*`: the pairing book answers.

use serde_json::Value;

use crate::gateway::pairing::{By, Command};

use super::registry::Family;
use super::{Call, Desk, Reply};

pub(super) const METHODS: Family = &[
    ("device.pair.list", list),
    ("device.pair.approve", approve),
    ("device.pair.reject", reject),
    ("device.pair.remove", remove),
    ("device.token.rotate", rotate),
    ("device.token.revoke", revoke),
];

fn list(_: &mut Desk, _: &mut Call<'_>) -> Reply {
    Reply::Pair(Command::List)
}

fn approve(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    Reply::Pair(Command::Approve { request_id: word(call, "requestId"), by: by(call) })
}

fn reject(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    Reply::Pair(Command::Reject { request_id: word(call, "requestId") })
}

fn remove(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    Reply::Pair(Command::Remove { device_id: word(call, "deviceId"), by: by(call) })
}

fn rotate(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    let scopes = call.params.get("scopes").and_then(Value::as_array);
    let scopes = scopes.map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    Reply::Pair(Command::Rotate {
        device_id: word(call, "deviceId"),
        role: word(call, "role"),
        scopes,
        by: by(call),
    })
}

fn revoke(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    Reply::Pair(Command::Revoke { device_id: word(call, "deviceId"), role: word(call, "role"), by: by(call) })
}

/// A parameter, to the letter: ids are compared exactly.
fn word(call: &Call<'_>, key: &str) -> String {
    call.params.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn by(call: &Call<'_>) -> By {
    By { device_id: call.caller.device_id.clone(), scopes: call.caller.scopes.clone() }
}
