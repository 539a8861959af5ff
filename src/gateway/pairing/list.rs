//! `device.pair.list`, and how devices and requests are shown: without any secret.

use serde_json::{Map, Value, json};

use crate::gateway::frame::Refusal;
use crate::gateway::json::put;

use super::book::{Book, Device, PairRequest};
use super::command::{Answer, Claim};

impl Book {
    /// `device.pair.list`: requests by their last ask, devices by their approval, the newest first.
    pub(super) fn list(&self) -> Result<Answer, Refusal> {
        let mut pending: Vec<&PairRequest> = self.requests.values().filter(|ask| !ask.covered).collect();
        pending.sort_by_key(|ask| std::cmp::Reverse(ask.ts_ms));
        let mut paired: Vec<&Device> = self.devices.values().collect();
        paired.sort_by_key(|device| std::cmp::Reverse(device.approved_at_ms));
        Ok(Answer::Payload(json!({
            "pending": pending.into_iter().map(PairRequest::to_json).collect::<Vec<_>>(),
            "paired": paired.into_iter().map(Device::redacted).collect::<Vec<_>>(),
        })))
    }
}

impl PairRequest {
    /// As it stands in `pending.json`, in lists and in `device.pair.requested`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut entry = Map::new();
        entry.insert("requestId".to_owned(), self.request_id.clone().into());
        who(&mut entry, &self.claim, &self.role, std::slice::from_ref(&self.role));
        entry.insert("scopes".to_owned(), self.scopes.clone().into());
        put(&mut entry, "remoteIp", self.claim.remote_ip.as_deref());
        entry.insert("silent".to_owned(), false.into());
        entry.insert("isRepair".to_owned(), self.is_repair.into());
        entry.insert("ts".to_owned(), self.ts_ms.into());
        Value::Object(entry)
    }
}

impl Device {
    /// As lists show it: no token, no `approvedScopes`, nothing that somebody else put into the file.
    #[must_use]
    pub fn redacted(&self) -> Value {
        let mut record = Map::new();
        who(&mut record, &self.claim, &self.role, &self.roles);
        record.insert("scopes".to_owned(), self.scopes.clone().into());
        put(&mut record, "remoteIp", self.claim.remote_ip.as_deref());
        record.insert("createdAtMs".to_owned(), self.created_at_ms.into());
        record.insert("approvedAtMs".to_owned(), self.approved_at_ms.into());
        if !self.tokens.is_empty() {
            record.insert(
                "tokens".to_owned(),
                self.tokens
                    .iter()
                    .map(|(role, token)| {
                        let mut entry = Map::new();
                        entry.insert("role".to_owned(), role.clone().into());
                        entry.insert("scopes".to_owned(), token.scopes.clone().into());
                        token.moments(&mut entry);
                        Value::Object(entry)
                    })
                    .collect(),
            );
        }
        Value::Object(record)
    }
}

impl super::book::Token {
    /// The four moments; the last three appear only when set.
    pub(super) fn moments(&self, entry: &mut Map<String, Value>) {
        entry.insert("createdAtMs".to_owned(), self.created_at_ms.into());
        let rest = [
            ("rotatedAtMs", self.rotated_at_ms),
            ("revokedAtMs", self.revoked_at_ms),
            ("lastUsedAtMs", self.last_used_at_ms),
        ];
        for (name, at) in rest {
            put(entry, name, at);
        }
    }
}

/// The fields from `deviceId` to `roles`, in the original's order.
pub(super) fn who(into: &mut Map<String, Value>, claim: &Claim, role: &str, roles: &[String]) {
    into.insert("deviceId".to_owned(), claim.device_id.clone().into());
    into.insert("publicKey".to_owned(), claim.public_key.clone().into());
    put(into, "displayName", claim.display_name.as_deref());
    put(into, "platform", filled(&claim.platform));
    put(into, "deviceFamily", claim.device_family.as_deref());
    put(into, "clientId", filled(&claim.client_id));
    put(into, "clientMode", filled(&claim.client_mode));
    put(into, "role", filled(role));
    into.insert("roles".to_owned(), roles.to_vec().into());
}

fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
