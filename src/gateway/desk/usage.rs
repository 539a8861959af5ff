//! `usage.*`: what was used and what it cost. Nothing, as long as no agent runs.

use serde_json::{Value, json};

use super::registry::Family;
use super::{Call, Desk, Reply, say};

pub(super) const METHODS: Family = &[("usage.status", status), ("usage.cost", cost)];

/// The days that are looked back on where the caller names no number, and the most.
const DAYS: (u64, u64) = (31, 366);

fn status(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    say(json!({"updatedAt": call.now.ms, "providers": []}))
}

fn cost(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    let days = call.params.get("days").and_then(Value::as_u64).unwrap_or(DAYS.0).clamp(1, DAYS.1);
    say(json!({
        "updatedAt": call.now.ms, "days": days, "daily": [],
        "totals": {
            "input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0, "totalTokens": 0, "totalCost": 0,
            "inputCost": 0, "outputCost": 0, "cacheReadCost": 0, "cacheWriteCost": 0, "missingCostEntries": 0,
        },
    }))
}
