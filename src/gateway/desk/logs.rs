//! `logs.tail`: the end of the log file, and what was added to it since.

use serde_json::Value;

use crate::gateway::errand::Errand;

use super::registry::Family;
use super::{Call, Desk, Reply};

pub(super) const METHODS: Family = &[("logs.tail", tail)];

/// Lines, where the caller names no number; and the most that it may name.
const LINES: (usize, usize) = (500, 5000);

/// Bytes, likewise.
const BYTES: (usize, usize) = (250_000, 1_000_000);

fn tail(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    let bounded = |key: &str, (usual, most): (usize, usize)| {
        let asked = call.params.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        asked.unwrap_or(usual).clamp(1, most)
    };
    Reply::Errand(Errand::TailLog {
        cursor: call.params.get("cursor").and_then(Value::as_u64),
        limit: bounded("limit", LINES),
        max_bytes: bounded("maxBytes", BYTES),
    })
}
