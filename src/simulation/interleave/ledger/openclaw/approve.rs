//! Approvals as OpenClaw makes them: what stands under the id now, with a token for just that.

use std::sync::Arc;

use serde_json::json;

use crate::gateway::frame::Refusal;
use crate::gateway::pairing::{Answer, By, Device, PairRequest, Profile};
use crate::gateway::scope;

use super::bootstrap::handed_over;
use super::token::mint;
use super::{Records, Turn};

impl Records {
    pub(super) fn approve_by_id(&mut self, turn: &mut Turn, id: &str, by: &By) -> Result<Answer, Refusal> {
        let device_id = self.approve(turn, id, &by.scopes)?;
        turn.resolved(id, &device_id, "approved");
        let device = self.paired.get(&device_id).map(Device::redacted);
        Ok(Answer::Payload(json!({"requestId": id, "device": device})))
    }

    /// Approves; the device that has more now.
    pub(super) fn approve(
        &mut self,
        turn: &Turn,
        id: &str,
        caller_scopes: &[String],
    ) -> Result<String, Refusal> {
        let Some(ask) = self.pending.get(id).cloned() else {
            return Err(Refusal::invalid("unknown requestId"));
        };
        // A scope that belongs to none of the roles is nothing that anybody could grant.
        let strange = |scope: &&String| !scope::allows(&ask.role, &[scope.as_str()], &[scope.as_str()]);
        if let Some(scope) = ask.scopes.iter().find(strange).filter(|_| ask.role != scope::ROLE_OPERATOR) {
            return Err(Refusal::invalid(format!("invalid scope for requested roles: {scope}")));
        }
        let missing = ask
            .scopes
            .iter()
            .filter(|scope| scope.starts_with("operator."))
            .find(|scope| !scope::allows(scope::ROLE_OPERATOR, caller_scopes, &[scope.as_str()]));
        if let Some(scope) = missing {
            return Err(Refusal::invalid(format!("missing scope: {scope}")));
        }
        let device_id = ask.claim.device_id.clone();
        let device = granted(turn, self.paired.get(&device_id), &ask);
        Arc::make_mut(&mut self.pending).remove(id);
        Arc::make_mut(&mut self.paired).insert(device_id.clone(), device);
        Ok(device_id)
    }
}

impl Records {
    /// Approves what a bootstrap token's profile allows: all its roles, each with a token.
    pub(super) fn approve_profile(&mut self, turn: &Turn, id: &str, profile: &Profile) -> bool {
        let Some(ask) = self.pending.get(id).cloned() else { return false };
        let fits = profile.roles.contains(&ask.role)
            && ask.scopes.iter().all(|scope| {
                !scope.starts_with("operator.")
                    || scope::allows(scope::ROLE_OPERATOR, &profile.scopes, &[scope.as_str()])
            });
        if !fits {
            return false;
        }
        let id_of = ask.claim.device_id.clone();
        let mut device = self.paired.get(&id_of).cloned().unwrap_or_default();
        device.claim = ask.claim.clone();
        device.role.clone_from(&ask.role);
        merge(&mut device.roles, std::slice::from_ref(&ask.role));
        merge(&mut device.roles, &profile.roles);
        merge(&mut device.scopes, &ask.scopes);
        merge(&mut device.scopes, &profile.scopes);
        for role in &profile.roles {
            let scopes = if role == scope::ROLE_OPERATOR { handed_over(profile) } else { Vec::new() };
            let token = mint(turn, role, scopes, device.tokens.get(role));
            device.tokens.insert(role.clone(), token);
        }
        device.created_at_ms = turn.now_ms;
        device.approved_at_ms = turn.now_ms;
        Arc::make_mut(&mut self.pending).remove(id);
        Arc::make_mut(&mut self.paired).insert(id_of, device);
        true
    }
}

/// The record after an approval.
fn granted(turn: &Turn, old: Option<&Device>, ask: &PairRequest) -> Device {
    let mut device = old.cloned().unwrap_or_default();
    device.claim = ask.claim.clone();
    device.role.clone_from(&ask.role);
    merge(&mut device.roles, std::slice::from_ref(&ask.role));
    merge(&mut device.scopes, &ask.scopes);
    let belongs = |scope: &&String| scope.starts_with("operator.") == (ask.role == scope::ROLE_OPERATOR);
    let asked: Vec<String> = scope::normalise(&ask.scopes).iter().filter(belongs).cloned().collect();
    let old_token = old.and_then(|old| old.tokens.get(&ask.role));
    let scopes = match old_token {
        _ if !asked.is_empty() => asked,
        Some(token) => token.scopes.clone(),
        None => scope::normalise(&device.scopes).iter().filter(belongs).cloned().collect(),
    };
    device.tokens.insert(ask.role.clone(), mint(turn, &ask.role, scopes, old_token));
    device.created_at_ms = old.map_or(turn.now_ms, |old| old.created_at_ms);
    device.approved_at_ms = turn.now_ms;
    device
}

/// Adds what is not there yet, in order.
pub(super) fn merge(list: &mut Vec<String>, more: &[String]) {
    for item in more {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}
