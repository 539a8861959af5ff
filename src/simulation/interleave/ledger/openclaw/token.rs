//! Tokens as OpenClaw makes them: by chance, and kept in the record as they are.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::config::Secret;
use crate::gateway::frame::Refusal;
use crate::gateway::pairing::{Answer, By, Connect, Device, Origin, Token, hash_of, matches};
use crate::gateway::scope;

use super::{Records, Turn, is_stranger};

/// A token that nobody has seen before.
pub(super) fn mint(turn: &Turn, role: &str, scopes: Vec<String>, old: Option<&Token>) -> Token {
    let token = format!("{}-{role}", turn.fresh.second_uuid());
    Token {
        hash: hash_of(&token),
        origin: Origin::Foreign(Secret::new(token)),
        scopes,
        created_at_ms: old.map_or(turn.now_ms, |old| old.created_at_ms),
        rotated_at_ms: old.map(|_| turn.now_ms),
        revoked_at_ms: None,
        last_used_at_ms: None,
    }
}

/// The token itself.
fn reveal(token: &Token) -> &str {
    match &token.origin {
        Origin::Foreign(secret) => secret.expose(),
        Origin::Ours { .. } => "",
    }
}

impl Records {
    /// Whether a device token proves this caller.
    pub(super) fn accepts(&self, ask: &Connect, given: &str) -> bool {
        let Some(device) = self.paired.get(&ask.claim.device_id) else { return false };
        let Some(token) = device.tokens.get(&ask.role) else { return false };
        token.revoked_at_ms.is_none()
            && matches(given, &token.hash)
            && scope::allows(&ask.role, &device.scopes, &token.scopes)
            && scope::allows(&ask.role, &token.scopes, &ask.scopes)
    }

    /// The token that a hello carries: the one that stands if it is good for what is asked, else a new
    /// one for just that.
    pub(super) fn ensure_token(&mut self, turn: &Turn, ask: &Connect) -> Option<Value> {
        let device = self.paired.get(&ask.claim.device_id)?;
        if !device.roles.contains(&ask.role) || !scope::allows(&ask.role, &device.scopes, &ask.scopes) {
            return None;
        }
        let old = device.tokens.get(&ask.role);
        let good = old.filter(|token| {
            token.revoked_at_ms.is_none()
                && scope::allows(&ask.role, &device.scopes, &token.scopes)
                && scope::allows(&ask.role, &token.scopes, &ask.scopes)
        });
        let token = match good {
            Some(token) => token.clone(),
            None => {
                let token = mint(turn, &ask.role, scope::normalise(&ask.scopes), old);
                self.edit(&ask.claim.device_id, |device| {
                    device.tokens.insert(ask.role.clone(), token.clone());
                });
                token
            }
        };
        Some(json!({"deviceToken": reveal(&token), "role": ask.role, "scopes": token.scopes}))
    }

    pub(super) fn edit(&mut self, device_id: &str, change: impl FnOnce(&mut Device)) {
        if let Some(device) = Arc::make_mut(&mut self.paired).get_mut(device_id) {
            change(device);
        }
    }

    pub(super) fn rotate(
        &mut self,
        turn: &mut Turn,
        device_id: &str,
        role: &str,
        scopes: Option<&[String]>,
        by: &By,
    ) -> Result<Answer, Refusal> {
        let denied = || Refusal::invalid("device token rotation denied");
        let device =
            self.paired.get(device_id).filter(|device| device.roles.iter().any(|known| known == role));
        let Some(device) = device.filter(|_| !is_stranger(by, device_id)) else { return Err(denied()) };
        let old = device.tokens.get(role);
        let wanted = scopes.map_or_else(
            || old.map_or_else(|| device.scopes.clone(), |token| token.scopes.clone()),
            <[String]>::to_vec,
        );
        let wanted = scope::normalise(&wanted);
        if !scope::allows(role, &device.scopes, &wanted) || !scope::allows(role, &by.scopes, &wanted) {
            return Err(denied());
        }
        let token = mint(turn, role, wanted, old);
        let payload =
            json!({"deviceId": device_id, "role": role, "token": reveal(&token), "scopes": token.scopes});
        self.edit(device_id, |device| {
            device.tokens.insert(role.to_owned(), token);
        });
        turn.dropped.push((device_id.to_owned(), Some(role.to_owned())));
        Ok(Answer::Payload(payload))
    }

    pub(super) fn revoke(
        &mut self,
        turn: &mut Turn,
        device_id: &str,
        role: &str,
        by: &By,
    ) -> Result<Answer, Refusal> {
        if is_stranger(by, device_id) {
            return Err(Refusal::invalid("device token revocation denied"));
        }
        if self.paired.get(device_id).is_none_or(|device| !device.tokens.contains_key(role)) {
            return Err(Refusal::invalid("unknown deviceId/role"));
        }
        let now_ms = turn.now_ms;
        self.edit(device_id, |device| {
            if let Some(token) = device.tokens.get_mut(role) {
                token.revoked_at_ms = Some(now_ms);
            }
        });
        turn.dropped.push((device_id.to_owned(), Some(role.to_owned())));
        Ok(Answer::Payload(json!({"deviceId": device_id, "role": role, "revokedAtMs": now_ms})))
    }
}
