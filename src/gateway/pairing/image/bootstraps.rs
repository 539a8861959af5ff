//! `bootstrap.json`: one-time tokens, by themselves.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::config::Secret;
use crate::gateway::json::put;

use super::super::book::{Bootstrap, Profile};
use super::super::token::hash_of;
use super::field::{Fields, object, pretty};
use super::{BOOTSTRAP, Unreadable};

/// Reads the file. Keys are tokens, so no message names them.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Bootstrap>, Unreadable> {
    let mut known = BTreeMap::new();
    for (at, (key, value)) in object(BOOTSTRAP, bytes)?.into_iter().enumerate() {
        let place = format!("/(entry {})", at + 1);
        let mut fields = Fields::new(BOOTSTRAP, place, value)?;
        let token = fields.text("token")?.filter(|token| !token.trim().is_empty()).unwrap_or(key);
        let issued_at_ms = fields.moment("issuedAtMs")?.unwrap_or_default();
        let profile = match fields.inner("profile")? {
            Some((place, map)) => profile(place, map)?,
            // Older records have the lists at the top.
            None => Profile {
                roles: fields.list("roles")?.unwrap_or_default(),
                scopes: fields.list("scopes")?.unwrap_or_default(),
            },
        };
        let redeemed = fields.inner("redeemedProfile")?;
        let redeemed =
            redeemed.map_or_else(|| Ok(Profile::default()), |(place, map)| self::profile(place, map))?;
        known.insert(
            hash_of(token.trim()),
            Bootstrap {
                token: Secret::new(token),
                profile,
                redeemed,
                device_id: fields.text("deviceId")?,
                public_key: fields.text("publicKey")?,
                issued_at_ms,
                ts_ms: fields.moment("ts")?.unwrap_or(issued_at_ms),
                last_used_at_ms: fields.moment("lastUsedAtMs")?,
            },
        );
    }
    Ok(known)
}

fn profile(place: String, map: Map<String, Value>) -> Result<Profile, Unreadable> {
    let mut fields = Fields::new(BOOTSTRAP, place, Value::Object(map))?;
    Ok(Profile {
        roles: fields.list("roles")?.unwrap_or_default(),
        scopes: fields.list("scopes")?.unwrap_or_default(),
    })
}

/// The file's text, its fields in OpenClaw's order.
pub(super) fn write(known: &BTreeMap<String, Bootstrap>) -> String {
    let list = |profile: &Profile| json!({"roles": profile.roles, "scopes": profile.scopes});
    let mut file = Map::new();
    for bootstrap in known.values() {
        let mut entry = Map::new();
        entry.insert("token".to_owned(), bootstrap.token.expose().into());
        entry.insert("profile".to_owned(), list(&bootstrap.profile));
        entry.insert("redeemedProfile".to_owned(), list(&bootstrap.redeemed));
        put(&mut entry, "deviceId", bootstrap.device_id.as_deref());
        put(&mut entry, "publicKey", bootstrap.public_key.as_deref());
        entry.insert("issuedAtMs".to_owned(), bootstrap.issued_at_ms.into());
        entry.insert("ts".to_owned(), bootstrap.ts_ms.into());
        if let Some(at) = bootstrap.last_used_at_ms {
            entry.insert("lastUsedAtMs".to_owned(), at.into());
        }
        file.insert(bootstrap.token.expose().to_owned(), Value::Object(entry));
    }
    pretty(file)
}
