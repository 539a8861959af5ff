//! `cron.list` and `cron.status`: there are no jobs, and none can be added yet.

use serde_json::{Value, json};

use super::registry::Family;
use super::{Call, Desk, Reply, say};

pub(super) const METHODS: Family = &[("cron.list", list), ("cron.status", status)];

/// The jobs of a page where the caller names no number.
const PAGE: u64 = 50;

fn list(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    let count = |key: &str, usual: u64| call.params.get(key).and_then(Value::as_u64).unwrap_or(usual);
    // An offset behind the end is the end.
    say(json!({
        "jobs": [], "total": 0, "offset": 0, "limit": count("limit", PAGE), "hasMore": false, "nextOffset": null,
    }))
}

fn status(desk: &mut Desk, _: &mut Call<'_>) -> Reply {
    say(json!({
        "enabled": false, "storePath": desk.about.state_path("cron/jobs.json"), "jobs": 0, "nextWakeAtMs": null,
    }))
}
