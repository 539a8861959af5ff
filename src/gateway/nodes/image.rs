//! The book as it is kept: OpenClaw's `nodes/paired.json` and `nodes/pending.json`, and the same entries
//! one by one, as rows of tables.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::config::Secret;
use crate::gateway::pairing::image::{Fields, Unreadable, object, pretty};

use super::entry::{FACTS, Paired, Pending, in_order};

/// The file of the nodes that may.
pub const PAIRED: &str = "paired.json";
/// The file of the nodes that ask.
pub const PENDING: &str = "pending.json";

/// Reads `paired.json`.
///
/// # Errors
/// Where it is not what OpenClaw writes.
pub fn read_paired(bytes: &[u8]) -> Result<BTreeMap<String, Paired>, Unreadable> {
    let entries = object(PAIRED, bytes)?.into_iter();
    entries.map(|(id, entry)| paired(&id, entry).map(|node| (id.trim().to_owned(), node))).collect()
}

/// Reads `pending.json`.
///
/// # Errors
/// Where it is not what OpenClaw writes.
pub fn read_pending(bytes: &[u8]) -> Result<BTreeMap<String, Pending>, Unreadable> {
    let entries = object(PENDING, bytes)?.into_iter();
    entries.map(|(id, entry)| pending(&id, entry).map(|ask| (id, ask))).collect()
}

/// Reads one row of a paired node.
///
/// # Errors
/// Where it is not what [`paired_row`] makes.
pub fn read_paired_row(id: &str, row: &str) -> Result<Paired, Unreadable> {
    paired(id, row_value(PAIRED, row)?)
}

/// Reads one row of a request.
///
/// # Errors
/// Where it is not what [`pending_row`] makes.
pub fn read_pending_row(id: &str, row: &str) -> Result<Pending, Unreadable> {
    pending(id, row_value(PENDING, row)?)
}

fn row_value(file: &'static str, row: &str) -> Result<Value, Unreadable> {
    object(file, row.as_bytes()).map(Value::Object)
}

/// A paired node as a row.
#[must_use]
pub fn paired_row(id: &str, node: &Paired) -> String {
    node.stored(id).to_string()
}

/// A request as a row.
#[must_use]
pub fn pending_row(id: &str, ask: &Pending) -> String {
    ask.to_json(id).to_string()
}

/// The text of `paired.json`, its fields in OpenClaw's order.
#[must_use]
pub fn paired_text(nodes: &BTreeMap<String, Paired>) -> String {
    pretty(nodes.iter().map(|(id, node)| (id.clone(), node.stored(id))).collect())
}

/// The text of `pending.json`, its fields in OpenClaw's order.
#[must_use]
pub fn pending_text(asks: &BTreeMap<String, Pending>) -> String {
    pretty(asks.iter().map(|(id, ask)| (id.clone(), ask.to_json(id))).collect())
}

/// The key of the map is the id; a field beside it means nothing.
fn paired(id: &str, entry: Value) -> Result<Paired, Unreadable> {
    let mut fields = Fields::new(PAIRED, format!("/{id}"), entry)?;
    fields.text("nodeId")?;
    let token = Secret::new(fields.needed("token")?);
    let created_ms = fields.moment("createdAtMs")?.unwrap_or_default();
    let approved_ms = fields.moment("approvedAtMs")?.unwrap_or_default();
    let (facts, extra) = split(fields.rest());
    Ok(Paired { facts, token, created_ms, approved_ms, extra })
}

fn pending(id: &str, entry: Value) -> Result<Pending, Unreadable> {
    let mut fields = Fields::new(PENDING, format!("/{id}"), entry)?;
    fields.text("requestId")?;
    let node_id = fields.needed("nodeId")?;
    let silent = fields.flag("silent")?;
    let ts_ms = fields.moment("ts")?.unwrap_or_default();
    let (facts, extra) = split(fields.rest());
    Ok(Pending { node_id, facts, silent, ts_ms, extra })
}

/// What is known of a node, and what means nothing here.
fn split(rest: Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let facts = in_order(&rest);
    (facts, rest.into_iter().filter(|(key, _)| !FACTS.contains(&key.as_str())).collect())
}
