//! The decision on a connect: proof, record, metadata, role, scopes, in this order.

use serde_json::json;

use crate::gateway::frame::Refusal;
use crate::gateway::scope;
use crate::gateway::settings::LocalUpgrade;

use super::approve::Grant;
use super::audit;
use super::book::{Book, NAME_MAX, SCOPE_MAX, SCOPES_MAX, SEEN_EVERY_MS};
use super::command::{Answer, Bypass, Claim, Connect, Proof, Reason};
use super::request::unknown_scopes;
use super::turn::{Decision, Turn};

/// How a caller has proven itself in the end.
struct Proven {
    method: &'static str,
    /// The bootstrap token that did it.
    bootstrap: Option<String>,
}

impl Book {
    /// A connect.
    pub(super) fn connect(&mut self, turn: &mut Turn<'_>, ask: &Connect) -> Result<Answer, Refusal> {
        let ask = &within_bounds(ask)?;
        let proven = self.prove(turn, ask)?;
        let handed_over = self.decide(turn, ask, &proven)?;
        let more = handed_over.as_deref().unwrap_or_default();
        let auth = self.auth_of(turn.key, ask, more);
        if let Some(hash) = &proven.bootstrap {
            self.redeem(hash, ask, handed_over.is_some());
        }
        Ok(Answer::Admitted { method: proven.method, auth })
    }

    /// Which proof counts. A bootstrap token wins over a shared secret; a device token is tried last.
    fn prove(&mut self, turn: &Turn<'_>, ask: &Connect) -> Result<Proven, Refusal> {
        let (shared, mut failure) = match &ask.proof {
            Proof::Token => ("token", None),
            Proof::Password => ("password", None),
            Proof::Open => ("none", None),
            Proof::Proxy => ("trusted-proxy", None),
            Proof::Pending(refusal) => ("", Some((**refusal).clone())),
        };
        if let Some(given) = &ask.bootstrap_token {
            if let Some(hash) = self.accepts_bootstrap(turn.now_ms, ask, given) {
                return Ok(Proven { method: "bootstrap-token", bootstrap: Some(hash) });
            }
            failure = failure.map(|_| bootstrap_invalid());
        }
        let Some(mut failure) = failure else { return Ok(Proven { method: shared, bootstrap: None }) };
        if let Some(given) = &ask.device_token {
            if self.accepts_device_token(turn.now_ms, ask, given) {
                return Ok(Proven { method: "device-token", bootstrap: None });
            }
            if ask.device_token_explicit {
                failure = device_token_mismatch();
            }
        }
        Err(failure)
    }

    /// Whether the record allows it, or something may be done about it. `Some`: a bootstrap token was
    /// turned into a record with these roles.
    fn decide(
        &mut self,
        turn: &mut Turn<'_>,
        ask: &Connect,
        proven: &Proven,
    ) -> Result<Option<Vec<String>>, Refusal> {
        let mut obstacle = self.obstacle(&ask.claim, &ask.role, &ask.scopes);
        self.note(turn, ask, proven, obstacle);
        let unknown = scope::unknown(&ask.role, &ask.scopes);
        if !unknown.is_empty() {
            return Err(unknown_scopes(unknown, obstacle.unwrap_or(Reason::ScopeUpgrade)));
        }
        let barred = self.is_barred(&ask.claim.device_id, &ask.role);
        if obstacle == Some(Reason::RoleUpgrade) && ask.may_be_silent && !barred {
            // The role alone: what it may do beyond the grant is asked for like any other scope.
            self.let_in(turn, ask, &[])?;
            obstacle = self.obstacle(&ask.claim, &ask.role, &ask.scopes);
            self.note(turn, ask, proven, obstacle);
        }
        let Some(reason) = obstacle else {
            self.renew_name(turn.now_ms, &ask.claim);
            return Ok(None);
        };
        let is_new = !self.devices.contains_key(&ask.claim.device_id);
        match reason {
            Reason::NotPaired if !barred && ask.bypass != Bypass::No => return Ok(None),
            Reason::NotPaired if !barred && is_new => {
                if let Some(roles) = self.hand_over(turn, ask, proven)? {
                    return Ok(Some(roles));
                }
                if ask.may_be_silent {
                    self.let_in(turn, ask, &ask.scopes)?;
                    return Ok(None);
                }
            }
            Reason::ScopeUpgrade if !barred && is_local_upgrade(turn, ask) => return Ok(None),
            _ => {}
        }
        Err(self.require(turn, ask, reason))
    }

    /// The audit line, where a record stands in the way.
    fn note(&self, turn: &mut Turn<'_>, ask: &Connect, proven: &Proven, obstacle: Option<Reason>) {
        let Some(device) = self.devices.get(&ask.claim.device_id) else { return };
        match obstacle {
            Some(reason @ (Reason::RoleUpgrade | Reason::ScopeUpgrade)) => {
                turn.warn(audit::upgrade(ask, proven.method, reason, device));
            }
            Some(Reason::MetadataUpgrade) => turn.warn(audit::metadata(ask, proven.method, device)),
            Some(Reason::NotPaired) | None => {}
        }
    }

    /// An approval that nobody need give: a first contact, or a role, of a local caller.
    fn let_in(&mut self, turn: &mut Turn<'_>, ask: &Connect, scopes: &[String]) -> Result<(), Refusal> {
        let (claim, role) = (&ask.claim, ask.role.as_str());
        let roles = std::slice::from_ref(&ask.role);
        self.grant(turn, &Grant { claim, role, roles, scopes })?;
        self.tell_silent(turn, ask);
        Ok(())
    }

    fn tell_silent(&mut self, turn: &mut Turn<'_>, ask: &Connect) {
        let id = &ask.claim.device_id;
        turn.info(format!("device pairing auto-approved device={id} role={}", ask.role));
        if let Some(request_id) = turn.next_id() {
            turn.resolved(&request_id, id, Decision::Approved);
        }
        self.settle(turn, id);
    }

    /// A node's first contact with a bootstrap token: the record gets the token's whole profile.
    fn hand_over(
        &mut self,
        turn: &mut Turn<'_>,
        ask: &Connect,
        proven: &Proven,
    ) -> Result<Option<Vec<String>>, Refusal> {
        let Some(known) = proven.bootstrap.as_ref().and_then(|hash| self.bootstraps.get(hash)) else {
            return Ok(None);
        };
        if ask.role != scope::ROLE_NODE || !ask.scopes.is_empty() {
            return Ok(None);
        }
        let roles = known.profile.roles.clone();
        let scopes = known.scopes_for(scope::ROLE_OPERATOR);
        self.grant(turn, &Grant { claim: &ask.claim, role: &ask.role, roles: &roles, scopes: &scopes })?;
        self.tell_silent(turn, ask);
        Ok(Some(roles))
    }

    /// Renews what a device calls itself, at most once in [`SEEN_EVERY_MS`].
    fn renew_name(&mut self, now_ms: u64, claim: &Claim) {
        let Some(device) = self.devices.get_mut(&claim.device_id) else { return };
        let known = &device.claim;
        let same = known.display_name == claim.display_name
            && known.client_id == claim.client_id
            && known.client_mode == claim.client_mode
            && known.remote_ip == claim.remote_ip;
        if same || now_ms.abs_diff(device.seen_at_ms) < SEEN_EVERY_MS {
            return;
        }
        device.claim.display_name.clone_from(&claim.display_name);
        device.claim.client_id.clone_from(&claim.client_id);
        device.claim.client_mode.clone_from(&claim.client_mode);
        device.claim.remote_ip.clone_from(&claim.remote_ip);
        device.seen_at_ms = now_ms;
    }
}

/// Whether the shared secret on this very machine makes up for what the record lacks. The grant and
/// the token stay as they are.
fn is_local_upgrade(turn: &Turn<'_>, ask: &Connect) -> bool {
    turn.policy.local_upgrade == LocalUpgrade::Connection
        && ask.local
        && ask.may_be_silent
        && ask.proof.is_shared()
        && ask.role == scope::ROLE_OPERATOR
}

/// The same ask with names cut to their bound.
fn within_bounds(ask: &Connect) -> Result<Connect, Refusal> {
    if ask.scopes.len() > SCOPES_MAX {
        return Err(Refusal::invalid(format!(
            "invalid connect params: at /scopes: must NOT have more than {SCOPES_MAX} items"
        )));
    }
    if let Some(at) = ask.scopes.iter().position(|scope| scope.len() > SCOPE_MAX) {
        return Err(Refusal::invalid(format!(
            "invalid connect params: at /scopes/{at}: must NOT have more than {SCOPE_MAX} characters"
        )));
    }
    let mut ask = ask.clone();
    ask.scopes = ask.scopes.iter().map(|scope| scope.trim().to_owned()).collect();
    ask.scopes.retain(|scope| !scope.is_empty());
    let claim = &mut ask.claim;
    for name in [&mut claim.platform, &mut claim.client_id, &mut claim.client_mode] {
        cut(name);
    }
    for name in [&mut claim.display_name, &mut claim.device_family, &mut claim.remote_ip] {
        name.iter_mut().for_each(cut);
    }
    Ok(ask)
}

fn cut(name: &mut String) {
    name.truncate(name.floor_char_boundary(NAME_MAX));
}

fn device_token_mismatch() -> Refusal {
    Refusal::invalid("unauthorized: device token mismatch (rotate/reissue device token)").with(json!({
        "code": "AUTH_DEVICE_TOKEN_MISMATCH",
        "authReason": "device_token_mismatch",
        "canRetryWithDeviceToken": false,
        "recommendedNextStep": "update_auth_credentials",
    }))
}

fn bootstrap_invalid() -> Refusal {
    Refusal::invalid("unauthorized: bootstrap token invalid or expired (scan a fresh setup code)").with(
        json!({
            "code": "AUTH_BOOTSTRAP_TOKEN_INVALID",
            "authReason": "bootstrap_token_invalid",
            "canRetryWithDeviceToken": false,
            "recommendedNextStep": "review_auth_configuration",
        }),
    )
}
