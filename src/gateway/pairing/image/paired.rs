//! `paired.json`: devices by id.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::config::Secret;
use crate::gateway::json::put;

use super::super::book::{Book, Device, Origin, ServerKey, Token};
use super::super::bootstrap::add;
use super::super::command::Claim;
use super::super::list::who;
use super::super::token::{derive, hash_of};
use super::field::{Fields, object, pretty};
use super::{AtRest, PAIRED, Unreadable};

/// The devices as the file shows them.
pub(super) fn face(book: &Book, key: &ServerKey, at_rest: AtRest) -> BTreeMap<String, Device> {
    let shown = |(id, device): (&String, &Device)| {
        let mut device = device.clone();
        device.seen_at_ms = 0;
        for (role, token) in &mut device.tokens {
            let stands = match (&token.origin, at_rest) {
                (Origin::Ours { .. }, AtRest::Hash) => Secret::new(token.hash.clone()),
                (Origin::Ours { epoch }, AtRest::Plain) => derive(key, id, role, *epoch),
                (Origin::Foreign(token), _) => token.clone(),
            };
            token.hash = hash_of(stands.expose());
            token.origin = Origin::Foreign(stands);
        }
        (id.clone(), device)
    };
    book.devices.iter().map(shown).collect()
}

/// Reads the file.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Device>, Unreadable> {
    let mut devices = BTreeMap::new();
    for (id, value) in object(PAIRED, bytes)? {
        let fields = Fields::new(PAIRED, format!("/{id}"), value)?;
        devices.insert(id.clone(), device(id, fields)?);
    }
    Ok(devices)
}

fn device(id: String, mut fields: Fields) -> Result<Device, Unreadable> {
    let claim = claim(id, &mut fields)?;
    let role = fields.text("role")?.unwrap_or_default();
    let mut roles = fields.list("roles")?.unwrap_or_default();
    add(&mut roles, std::slice::from_ref(&role));
    let scopes = fields.list("scopes")?;
    let approved = fields.list("approvedScopes")?;
    let mut tokens = BTreeMap::new();
    if let Some((place, map)) = fields.inner("tokens")? {
        for (role, value) in map {
            let mut fields = Fields::new(PAIRED, format!("{place}/{role}"), value)?;
            let token = Secret::new(fields.needed("token")?);
            tokens.insert(
                role,
                Token {
                    hash: hash_of(token.expose()),
                    origin: Origin::Foreign(token),
                    scopes: fields.list("scopes")?.unwrap_or_default(),
                    created_at_ms: fields.moment("createdAtMs")?.unwrap_or_default(),
                    rotated_at_ms: fields.moment("rotatedAtMs")?,
                    revoked_at_ms: fields.moment("revokedAtMs")?.filter(|at| *at > 0),
                    last_used_at_ms: fields.moment("lastUsedAtMs")?,
                },
            );
        }
    }
    Ok(Device {
        claim,
        role,
        roles,
        scopes: approved.or(scopes).unwrap_or_default(),
        tokens,
        created_at_ms: fields.moment("createdAtMs")?.unwrap_or_default(),
        approved_at_ms: fields.moment("approvedAtMs")?.unwrap_or_default(),
        seen_at_ms: 0,
        extra: fields.rest(),
    })
}

/// Who a record or request is about. The key of the map is the id; a field beside it means nothing.
pub(super) fn claim(id: String, fields: &mut Fields) -> Result<Claim, Unreadable> {
    fields.text("deviceId")?;
    Ok(Claim {
        device_id: id,
        public_key: fields.needed("publicKey")?,
        display_name: fields.text("displayName")?,
        platform: fields.text("platform")?.unwrap_or_default(),
        device_family: fields.text("deviceFamily")?,
        client_id: fields.text("clientId")?.unwrap_or_default(),
        client_mode: fields.text("clientMode")?.unwrap_or_default(),
        remote_ip: fields.text("remoteIp")?,
    })
}

/// The file's text, its fields in OpenClaw's order.
pub(super) fn write(devices: &BTreeMap<String, Device>) -> String {
    let mut file = Map::new();
    for (id, device) in devices {
        let mut record = Map::new();
        who(&mut record, &device.claim, &device.role, &device.roles);
        record.insert("scopes".to_owned(), device.scopes.clone().into());
        record.insert("approvedScopes".to_owned(), device.scopes.clone().into());
        put(&mut record, "remoteIp", device.claim.remote_ip.as_deref());
        if !device.tokens.is_empty() {
            let tokens = device.tokens.iter().map(|(role, known)| (role.clone(), token(role, known)));
            record.insert("tokens".to_owned(), Value::Object(tokens.collect()));
        }
        record.insert("createdAtMs".to_owned(), device.created_at_ms.into());
        record.insert("approvedAtMs".to_owned(), device.approved_at_ms.into());
        for (name, value) in &device.extra {
            record.entry(name.clone()).or_insert_with(|| value.clone());
        }
        file.insert(id.clone(), Value::Object(record));
    }
    pretty(file)
}

fn token(role: &str, token: &Token) -> Value {
    let mut entry = Map::new();
    // A face holds every token as it stands.
    if let Origin::Foreign(stands) = &token.origin {
        entry.insert("token".to_owned(), stands.expose().into());
    }
    entry.insert("role".to_owned(), role.into());
    entry.insert("scopes".to_owned(), token.scopes.clone().into());
    token.moments(&mut entry);
    Value::Object(entry)
}
