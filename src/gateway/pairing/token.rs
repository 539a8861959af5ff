//! Tokens: derived from the server key, compared by hash, rotated and revoked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::config::Secret;
use crate::gateway::frame::Refusal;
use crate::gateway::scope;

use super::book::{Book, Device, EPOCHS_MAX, Origin, SEEN_EVERY_MS, ServerKey, Token};
use super::command::{Answer, By, Connect};
use super::turn::Turn;

/// The token of a device and role in an epoch: 43 characters, as OpenClaw's own.
#[must_use]
pub fn derive(key: &ServerKey, device_id: &str, role: &str, epoch: u64) -> Secret {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("HMAC takes a key of any length");
    mac.update(format!("{device_id}|{role}|{epoch}").as_bytes());
    Secret::new(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// What is stored and compared of a token: SHA-256, base64url without padding.
#[must_use]
pub fn hash_of(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

/// Whether a token has this hash. The time it takes tells nothing of either.
#[must_use]
pub fn matches(token: &str, hash: &str) -> bool {
    hash_of(token).as_bytes().ct_eq(hash.as_bytes()).into()
}

impl Token {
    /// The token itself, for its owner alone.
    #[must_use]
    pub fn reveal(&self, key: &ServerKey, device_id: &str, role: &str) -> Secret {
        match &self.origin {
            Origin::Ours { epoch } => derive(key, device_id, role, *epoch),
            Origin::Foreign(token) => token.clone(),
        }
    }

    /// As it stands in the `auth` object of hello-ok.
    fn handed_out(&self, key: &ServerKey, device_id: &str, role: &str) -> Value {
        json!({
            "deviceToken": self.reveal(key, device_id, role).expose(),
            "role": role,
            "scopes": scope::normalise(&self.scopes),
            "issuedAtMs": self.rotated_at_ms.unwrap_or(self.created_at_ms),
        })
    }
}

impl Book {
    /// The token of the next epoch, in the place of `old`.
    pub(super) fn mint(
        &mut self,
        turn: &Turn<'_>,
        device_id: &str,
        role: &str,
        scopes: &[String],
        old: Option<&Token>,
    ) -> Token {
        let epoch = self.next_epoch(device_id, role);
        Token {
            origin: Origin::Ours { epoch },
            hash: hash_of(derive(turn.key, device_id, role, epoch).expose()),
            scopes: scope::normalise(scopes),
            created_at_ms: old.map_or(turn.now_ms, |old| old.created_at_ms),
            rotated_at_ms: old.map(|_| turn.now_ms),
            revoked_at_ms: None,
            last_used_at_ms: old.and_then(|old| old.last_used_at_ms),
        }
    }

    fn next_epoch(&mut self, device_id: &str, role: &str) -> u64 {
        let floor = self.epoch_floor;
        let epochs = self.epochs.entry(device_id.to_owned()).or_default();
        let last = epochs.entry(role.to_owned()).or_insert(0);
        *last = (*last).max(floor).saturating_add(1);
        let epoch = *last;
        self.forget_epochs(device_id);
        epoch
    }

    /// Keeps the memory of epochs bounded; what is forgotten raises the floor.
    fn forget_epochs(&mut self, but: &str) {
        while self.epochs.len() > EPOCHS_MAX {
            let gone = |id: &&String| {
                id.as_str() != but && !self.devices.contains_key(*id) && !self.tombstones.contains_key(*id)
            };
            let Some(id) = self.epochs.keys().find(gone).cloned() else { return };
            let highest = self.epochs.remove(&id).and_then(|epochs| epochs.into_values().max());
            self.epoch_floor = self.epoch_floor.max(highest.unwrap_or(0));
        }
    }

    /// Whether a device token proves this caller. Marks it used.
    pub(super) fn accepts_device_token(&mut self, now_ms: u64, ask: &Connect, given: &Secret) -> bool {
        if self.is_barred(&ask.claim.device_id, &ask.role) {
            return false;
        }
        let Some(device) = self.devices.get_mut(&ask.claim.device_id) else { return false };
        let Some(token) = device.live_token(&ask.role) else { return false };
        let good = matches(given.expose(), &token.hash)
            && missing(&ask.role, &token.scopes, &device.scopes).is_none()
            && missing(&ask.role, &ask.scopes, &token.scopes).is_none();
        if good
            && let Some(token) = device.tokens.get_mut(&ask.role)
            && token.last_used_at_ms.is_none_or(|last| now_ms.abs_diff(last) >= SEEN_EVERY_MS)
        {
            token.last_used_at_ms = Some(now_ms);
        }
        good
    }

    /// The `auth` object of hello-ok; `more`: further roles whose tokens go along.
    pub(super) fn auth_of(&self, key: &ServerKey, ask: &Connect, more: &[String]) -> Option<Value> {
        let id = &ask.claim.device_id;
        let device = self.devices.get(id).filter(|device| device.claim.public_key == ask.claim.public_key)?;
        let hand_out = |role: &str| device.live_token(role).map(|token| token.handed_out(key, id, role));
        let mut auth = hand_out(&ask.role)?;
        let others: Vec<Value> =
            more.iter().filter(|role| **role != ask.role).filter_map(|role| hand_out(role)).collect();
        if !others.is_empty() {
            auth["deviceTokens"] = Value::Array(others);
        }
        Some(auth)
    }

    /// `device.token.rotate`.
    pub(super) fn rotate(
        &mut self,
        turn: &mut Turn<'_>,
        device_id: &str,
        role: &str,
        scopes: Option<&[String]>,
        by: &By,
    ) -> Result<Answer, Refusal> {
        let (device_id, role) = (device_id.trim(), role.trim());
        let scopes = match self.rotation(device_id, role, scopes, by) {
            Ok(scopes) => scopes,
            Err(why) => {
                turn.warn(format!(
                    "device token rotation denied device={device_id} role={role} reason={why}"
                ));
                return Err(Refusal::invalid("device token rotation denied"));
            }
        };
        let old = self.devices.get(device_id).and_then(|device| device.tokens.get(role)).cloned();
        let mut token = self.mint(turn, device_id, role, &scopes, old.as_ref());
        token.rotated_at_ms = Some(turn.now_ms);
        turn.info(format!(
            "device token rotated device={device_id} role={role} scopes={}",
            token.scopes.join(",")
        ));
        let payload = json!({
            "deviceId": device_id,
            "role": role,
            "token": token.reveal(turn.key, device_id, role).expose(),
            "scopes": token.scopes,
            "rotatedAtMs": turn.now_ms,
        });
        if let Some(device) = self.devices.get_mut(device_id) {
            device.tokens.insert(role.to_owned(), token);
        }
        turn.drop_sockets(device_id, Some(role));
        Ok(Answer::Payload(payload))
    }

    /// The scopes of the next token, or why there is none.
    fn rotation(
        &self,
        device_id: &str,
        role: &str,
        scopes: Option<&[String]>,
        by: &By,
    ) -> Result<Vec<String>, String> {
        if by.is_stranger_to(device_id) {
            return Err("device-ownership-mismatch".to_owned());
        }
        let device: Option<&Device> = self.devices.get(device_id);
        let Some(device) = device.filter(|device| device.roles.iter().any(|known| known == role)) else {
            return Err("unknown-device-or-role".to_owned());
        };
        // A new token would undo the revocation; only an approval may.
        if self.is_barred(device_id, role) {
            return Err("token-revoked".to_owned());
        }
        let before = || device.tokens.get(role).map_or_else(|| device.scopes_of(role), |t| t.scopes.clone());
        let wanted = scope::normalise(&scopes.map_or_else(before, <[String]>::to_vec));
        if let Some(scope) = missing(role, &wanted, &by.scopes) {
            return Err(format!("caller-missing-scope scope={scope}"));
        }
        if !scope::unknown(role, &wanted).is_empty() || missing(role, &wanted, &device.scopes).is_some() {
            return Err("scope-outside-approved-baseline".to_owned());
        }
        Ok(wanted)
    }

    /// `device.token.revoke`.
    pub(super) fn revoke(
        &mut self,
        turn: &mut Turn<'_>,
        device_id: &str,
        role: &str,
        by: &By,
    ) -> Result<Answer, Refusal> {
        let (device_id, role) = (device_id.trim(), role.trim());
        if by.is_stranger_to(device_id) {
            turn.warn(format!(
                "device token revocation denied device={device_id} role={role} reason=device-ownership-mismatch"
            ));
            return Err(Refusal::invalid("device token revocation denied"));
        }
        let token = self.devices.get_mut(device_id).and_then(|device| device.tokens.get_mut(role));
        let Some(token) = token else { return Err(Refusal::invalid("unknown deviceId/role")) };
        token.revoked_at_ms = Some(turn.now_ms);
        self.bury_role(turn, device_id, role);
        turn.info(format!("device token revoked device={device_id} role={role}"));
        turn.drop_sockets(device_id, Some(role));
        Ok(Answer::Payload(json!({"deviceId": device_id, "role": role, "revokedAtMs": turn.now_ms})))
    }
}

/// The first scope that is asked and not granted.
pub(super) fn missing(role: &str, asked: &[String], granted: &[String]) -> Option<String> {
    scope::normalise(asked)
        .into_iter()
        .find(|scope| !scope::allows(role, granted, std::slice::from_ref(scope)))
}
