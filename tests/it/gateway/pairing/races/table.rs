//! The races, and what must hold after each.

use provoke::gateway::pairing::Store;
use serde_json::Value;

use super::super::script::{DAWN_MS, device_id};
use super::super::stores::list;
use super::act;

/// Two scripts that run at once. `X` is the request that stands before.
pub(crate) struct Race {
    pub(crate) name: &'static str,
    pub(crate) before: &'static [&'static str],
    pub(crate) one: &'static [&'static str],
    pub(crate) other: &'static [&'static str],
    /// What is wrong with what came; the store is opened anew.
    pub(crate) wrong: fn(&[String], &[String], &mut dyn Store) -> Option<String>,
}

const ASKED: &[&str] = &["connect D operator.read", "connect D operator.approvals from=browser"];

pub(crate) const RACES: [Race; 7] = [
    Race {
        name: "double approve",
        before: ASKED,
        one: &["approve X"],
        other: &["approve X"],
        wrong: |one, other, store| {
            let mut both = [one[0].as_str(), other[0].as_str()];
            both.sort_unstable();
            (both != ["ok", "unknown requestId"]
                || scopes(store, "D") != ["operator.read", "operator.approvals"])
            .then(|| format!("{both:?} {:?}", scopes(store, "D")))
        },
    },
    Race {
        name: "approve and reject",
        before: ASKED,
        one: &["approve X"],
        other: &["reject X"],
        wrong: |one, other, store| {
            let (approved, rejected) = (one[0] == "ok", other[0] == "ok");
            let has = scopes(store, "D").contains(&"operator.approvals".to_owned());
            (approved == rejected || has != approved || pending(store) != 0)
                .then(|| format!("approve: {}, reject: {}, granted: {has}", one[0], other[0]))
        },
    },
    Race {
        name: "approve among connects of the device",
        before: ASKED,
        one: &["approve X"],
        other: &[
            "connect D operator.admin from=browser",
            "connect D operator.write from=browser",
            "connect D operator.approvals from=browser",
            "connect D six from=browser",
            "connect D operator.read",
            "connect D operator.pairing from=browser",
        ],
        wrong: |one, _, store| {
            let has = scopes(store, "D");
            (one[0] != "ok" || has != ["operator.read", "operator.approvals"])
                .then(|| format!("approve: {}, granted: {has:?}", one[0]))
        },
    },
    Race {
        name: "two who come for the first time",
        before: &[],
        one: &["connect E1 six", "connect E2 six", "connect E3 six", "connect E4 six from=browser"],
        other: &["connect F1 six", "connect F2 six", "connect F3 six", "connect F4 six from=browser"],
        wrong: |_, _, store| {
            let there = ["E1", "E2", "E3", "F1", "F2", "F3"].map(|name| scopes(store, name).len());
            let asked = pending(store);
            (there != [6; 6] || asked != 2).then(|| format!("{there:?} scopes, {asked} requests"))
        },
    },
    Race {
        name: "rotate twice",
        before: &["connect D six"],
        one: &["rotate D"],
        other: &["rotate D"],
        wrong: |one, other, store| {
            let mut lets_in = |answer: &str| {
                let token = answer.strip_prefix("ok ").unwrap_or("none");
                let deed = format!("connect D operator.read proof=device deviceToken={token}");
                act(store, &deed, 3) == "ok"
            };
            let good = [lets_in(&one[0]), lets_in(&other[0])];
            (one == other || good[0] == good[1]).then(|| format!("same: {}, good: {good:?}", one == other))
        },
    },
    Race {
        name: "revoke among connects",
        before: &["connect D operator.read"],
        one: &["revoke D"],
        other: &["connect D operator.read", "connect D operator.read", "connect D operator.read"],
        wrong: |one, _, store| {
            let again = act(store, "connect D operator.read", 3);
            (one[0] != "ok" || again == "ok").then(|| format!("revoke: {}, then connect: {again}", one[0]))
        },
    },
    Race {
        name: "remove and approve",
        before: ASKED,
        one: &["remove D"],
        other: &["approve X"],
        wrong: |one, other, store| {
            let (has, asked) = (scopes(store, "D"), pending(store));
            let fits = has.is_empty() || has == ["operator.approvals"];
            (one[0] != "ok" || other[0] != "ok" || !fits || asked != 0)
                .then(|| format!("remove: {}, approve: {}, {has:?}, {asked} requests", one[0], other[0]))
        },
    },
];

/// What a device is granted.
fn scopes(store: &mut dyn Store, name: &str) -> Vec<String> {
    let list = list(store, DAWN_MS + 200);
    let id = device_id(name);
    let paired =
        list["paired"].as_array().into_iter().flatten().find(|device| device["deviceId"] == id.as_str());
    let scopes = paired.and_then(|device| device["scopes"].as_array()).into_iter().flatten();
    scopes.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// How many requests are listed.
fn pending(store: &mut dyn Store) -> usize {
    list(store, DAWN_MS + 200)["pending"].as_array().map_or(0, Vec::len)
}
