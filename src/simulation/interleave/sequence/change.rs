//! What one move changed in the store.

use super::super::tape::Stand;
use super::names::Names;
use super::words::{as_role, asks, short};
use crate::gateway::pairing::{Device, Token};

/// What changed, a phrase each; empty where nothing did.
pub(super) fn changes(before: &Stand, after: &Stand, names: &mut Names) -> Vec<String> {
    let mut all = Vec::new();
    for id in before.requests.keys().filter(|id| !after.requests.contains_key(*id)) {
        all.push(format!("{} is gone", names.of_id(id)));
    }
    for (id, ask) in &after.requests {
        let asked = || asks(&ask.claim.device_id, &ask.role, &ask.scopes);
        match before.requests.get(id) {
            None if names.knows(id) => all.push(format!("{} is back: {}", names.of_id(id), asked())),
            None => all.push(format!("{}: {}", names.of_id(id), asked())),
            Some(old) if old.scopes != ask.scopes => {
                all.push(format!("{} now: {}", names.of_id(id), asked()));
            }
            Some(_) => {}
        }
    }
    for id in before.devices.keys().filter(|id| !after.devices.contains_key(*id)) {
        all.push(format!("{id} is not paired any more"));
    }
    for (id, device) in &after.devices {
        match before.devices.get(id) {
            None => all.push(paired(id, device)),
            Some(old) => all.extend(changed(id, old, device)),
        }
    }
    all
}

/// A device that is paired.
pub(super) fn paired(id: &str, device: &Device) -> String {
    let live: Vec<&str> = device.tokens.keys().map(String::as_str).collect();
    let roles = if live.is_empty() { vec![device.role.as_str()] } else { live };
    let roles: String = roles.into_iter().map(as_role).collect();
    format!("{id} is paired{roles}: {}", short(&device.scopes))
}

fn changed(id: &str, old: &Device, new: &Device) -> Vec<String> {
    let mut all = Vec::new();
    if old.scopes != new.scopes {
        all.push(format!("{id}: {} → {}", short(&old.scopes), short(&new.scopes)));
    }
    for role in old.tokens.keys().filter(|role| !new.tokens.contains_key(*role)) {
        all.push(format!("the token of {id}{} is gone", as_role(role)));
    }
    for (role, token) in &new.tokens {
        let is_narrow = good_for(new, role, token);
        match old.tokens.get(role) {
            Some(before) if before.revoked_at_ms.is_none() && token.revoked_at_ms.is_some() => {
                all.push(format!("the token of {id}{} is revoked", as_role(role)));
            }
            Some(before) if before.hash == token.hash && before.revoked_at_ms == token.revoked_at_ms => {}
            Some(before) if made_ms(token) < made_ms(before) => {
                all.push(format!("its old token is back{is_narrow}"));
            }
            _ => all.push(format!("new token for {id}{}{is_narrow}", as_role(role))),
        }
    }
    all
}

/// When a token was made, wall milliseconds.
fn made_ms(token: &Token) -> u64 {
    token.rotated_at_ms.unwrap_or(token.created_at_ms)
}

/// What a token is good for, where that is less than the record has.
fn good_for(device: &Device, role: &str, token: &Token) -> String {
    let lacks = device.scopes_of(role).iter().any(|scope| !token.scopes.contains(scope));
    if lacks { format!(", good for {} only", short(&token.scopes)) } else { String::new() }
}
