//! `pending.json`: requests by id.

use std::collections::BTreeMap;

use serde_json::Map;

use super::super::book::{Book, Half, PairRequest};
use super::super::command::Reason;
use super::field::{Fields, object, pretty};
use super::paired::claim;
use super::{PENDING, Unreadable};

/// The requests as the file shows them.
pub(super) fn face(book: &Book) -> BTreeMap<String, PairRequest> {
    let shown = |(id, ask): (&String, &PairRequest)| {
        let mut ask = ask.clone();
        ask.created_ms = ask.ts_ms;
        (ask.reason, ask.covered, ask.foreign, ask.half) = (Reason::NotPaired, false, false, Half::default());
        (id.clone(), ask)
    };
    book.requests.iter().map(shown).collect()
}

/// Reads the file.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, PairRequest>, Unreadable> {
    let mut requests = BTreeMap::new();
    for (id, value) in object(PENDING, bytes)? {
        let mut fields = Fields::new(PENDING, format!("/{id}"), value)?;
        let device_id = fields.needed("deviceId")?;
        let claim = claim(device_id, &mut fields)?;
        let roles = fields.list("roles")?.unwrap_or_default();
        let role = fields.text("role")?.or_else(|| roles.first().cloned()).unwrap_or_default();
        let ts_ms = fields.moment("ts")?.unwrap_or_default();
        requests.insert(
            id.clone(),
            PairRequest {
                request_id: id,
                claim,
                role,
                scopes: fields.list("scopes")?.unwrap_or_default(),
                reason: Reason::NotPaired,
                is_repair: fields.flag("isRepair")?,
                created_ms: ts_ms,
                ts_ms,
                covered: false,
                foreign: false,
                half: Half::default(),
            },
        );
    }
    Ok(requests)
}

/// The file's text, its fields in OpenClaw's order.
pub(super) fn write(requests: &BTreeMap<String, PairRequest>) -> String {
    let mut file = Map::new();
    for (id, ask) in requests {
        file.insert(id.clone(), ask.to_json());
    }
    pretty(file)
}
