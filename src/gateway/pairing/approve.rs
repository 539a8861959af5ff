//! Approvals: by id, and the grant that all ways of approving share.

use serde_json::json;

use crate::gateway::frame::Refusal;
use crate::gateway::scope;

use super::book::{Book, DEVICES_MAX, Device, PairRequest, SCOPES_MAX};
use super::bootstrap::add;
use super::command::{Answer, By, Claim};
use super::token::missing;
use super::turn::{Decision, Turn};

/// What somebody is granted.
pub(super) struct Grant<'a> {
    pub(super) claim: &'a Claim,
    /// The role of the record.
    pub(super) role: &'a str,
    /// The roles that get a new token.
    pub(super) roles: &'a [String],
    /// What is added to the record's scopes.
    pub(super) scopes: &'a [String],
}

impl Book {
    /// `device.pair.approve`: grants exactly what the id showed.
    pub(super) fn approve(&mut self, turn: &mut Turn<'_>, id: &str, by: &By) -> Result<Answer, Refusal> {
        let Some(ask) = self.requests.get(id).cloned() else {
            return Err(Refusal::invalid("unknown requestId"));
        };
        if let Some(scope) = ask.scopes.iter().find(|scope| !scope::is_known(&ask.role, scope)) {
            return Err(Refusal::invalid(format!("invalid scope for requested roles: {scope}")));
        }
        let operators: Vec<String> =
            ask.scopes.iter().filter(|scope| scope.starts_with("operator.")).cloned().collect();
        if let Some(scope) = missing(scope::ROLE_OPERATOR, &operators, &by.scopes) {
            return Err(Refusal::invalid(format!("missing scope: {scope}")));
        }
        self.carry_out(turn, &ask)?;
        let device = self.devices.get(&ask.claim.device_id).map(Device::redacted);
        Ok(Answer::Payload(json!({"requestId": id, "device": device})))
    }

    /// What an approved request does. The approver's right to do so has been seen to.
    pub(super) fn carry_out(&mut self, turn: &mut Turn<'_>, ask: &PairRequest) -> Result<(), Refusal> {
        let device_id = &ask.claim.device_id;
        let roles = std::slice::from_ref(&ask.role);
        self.grant(turn, &Grant { claim: &ask.claim, role: &ask.role, roles, scopes: &ask.scopes })?;
        self.unbury(device_id, &ask.role);
        self.requests.remove(&ask.request_id);
        turn.info(format!("device pairing approved device={device_id} role={}", ask.role));
        turn.resolved(&ask.request_id, device_id, Decision::Approved);
        self.settle(turn, device_id);
        Ok(())
    }

    /// `device.pair.reject`.
    pub(super) fn reject(&mut self, turn: &mut Turn<'_>, id: &str) -> Result<Answer, Refusal> {
        let Some(ask) = self.requests.remove(id) else { return Err(Refusal::invalid("unknown requestId")) };
        turn.resolved(id, &ask.claim.device_id, Decision::Rejected);
        Ok(Answer::Payload(json!({"requestId": id, "deviceId": ask.claim.device_id})))
    }

    /// Writes a grant into the record, with new tokens that are good for all that is granted by then.
    pub(super) fn grant(&mut self, turn: &mut Turn<'_>, grant: &Grant<'_>) -> Result<(), Refusal> {
        let id = &grant.claim.device_id;
        let old = self.devices.get(id);
        if old.is_none() && self.devices.len() >= DEVICES_MAX {
            return Err(Refusal::unavailable(format!(
                "{DEVICES_MAX} devices are paired, and no more fit: remove one first"
            )));
        }
        // A record under another key tells nothing about the one who asks now.
        let same = old.filter(|old| old.claim.public_key == grant.claim.public_key);
        let mut device = same.cloned().unwrap_or_else(|| Device {
            created_at_ms: old.map_or(turn.now_ms, |old| old.created_at_ms),
            ..Device::default()
        });
        add(&mut device.roles, grant.roles);
        add(&mut device.roles, &[grant.role.to_owned()]);
        add(&mut device.scopes, grant.scopes);
        if device.scopes.len() > SCOPES_MAX || device.roles.len() > SCOPES_MAX {
            return Err(Refusal::invalid(format!("a device may have {SCOPES_MAX} scopes at most")));
        }
        device.claim = grant.claim.clone();
        device.role = grant.role.to_owned();
        device.approved_at_ms = turn.now_ms;
        device.seen_at_ms = turn.now_ms;
        for role in grant.roles {
            let scopes = device.scopes_of(role);
            let token = self.mint(turn, id, role, &scopes, device.tokens.get(role));
            device.tokens.insert(role.clone(), token);
        }
        self.devices.insert(id.clone(), device);
        Ok(())
    }
}
