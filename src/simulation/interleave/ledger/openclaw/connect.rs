//! A connect as OpenClaw decides it: proof, record, metadata, role, scopes, in this order.
//!
//! The original does this in several transitions of its own; none was seen to matter between them, so
//! here it is one.

use std::sync::Arc;

use serde_json::json;

use crate::gateway::frame::{Code, Refusal};
use crate::gateway::pairing::{Answer, Bypass, Connect, Event, Half, PairRequest, Profile, Proof, Reason};
use crate::gateway::scope;

use super::approve::merge;
use super::{Records, Turn};

impl Records {
    pub(super) fn connect(&mut self, turn: &mut Turn, ask: &Connect) -> Result<Answer, Refusal> {
        let method = match &ask.proof {
            Proof::Token => "token",
            Proof::Password => "password",
            Proof::Open => "none",
            Proof::Proxy => "trusted-proxy",
            Proof::Pending(refusal) => {
                if ask.bootstrap_token.is_some() {
                    return self.connect_by_bootstrap(turn, ask);
                }
                let given = ask.device_token.as_ref();
                if !given.is_some_and(|token| self.accepts(ask, token.expose())) {
                    return Err((**refusal).clone());
                }
                "device-token"
            }
        };
        self.pass(turn, ask, None)?;
        let auth = self.ensure_token(turn, ask);
        Ok(Answer::Admitted { method, auth })
    }

    /// A connect that a bootstrap token proves.
    fn connect_by_bootstrap(&mut self, turn: &mut Turn, ask: &Connect) -> Result<Answer, Refusal> {
        let Some(hash) = self.accepts_bootstrap(ask) else {
            return Err(Refusal::invalid(
                "unauthorized: bootstrap token invalid or expired (scan a fresh setup code)",
            )
            .with(json!({"code": "AUTH_BOOTSTRAP_TOKEN_INVALID", "authReason": "bootstrap_token_invalid"})));
        };
        let is_new = !self.paired.contains_key(&ask.claim.device_id);
        let hands_over = is_new && ask.role == scope::ROLE_NODE && ask.scopes.is_empty();
        let profile = self.bootstraps.get(&hash).filter(|_| hands_over).map(|known| known.profile.clone());
        self.pass(turn, ask, profile.as_ref())?;
        let auth = self.ensure_token(turn, ask);
        self.redeem(&hash, ask, hands_over);
        Ok(Answer::Admitted { method: "bootstrap-token", auth })
    }

    /// Whether the record allows it, or a silent approval makes it so: of a bootstrap token's whole profile,
    /// where that proves a node's first contact.
    fn pass(&mut self, turn: &mut Turn, ask: &Connect, profile: Option<&Profile>) -> Result<(), Refusal> {
        let known = self.paired.get(&ask.claim.device_id);
        let Some(known) = known.filter(|device| device.claim.public_key == ask.claim.public_key) else {
            if ask.bypass != Bypass::No {
                return Ok(());
            }
            return match profile {
                Some(profile) => self.require_by_profile(turn, ask, profile),
                None => self.require(turn, ask, Reason::NotPaired),
            };
        };
        let pinned = known.claim.platform.trim();
        if !pinned.is_empty() && !pinned.eq_ignore_ascii_case(ask.claim.platform.trim()) {
            self.require(turn, ask, Reason::MetadataUpgrade)?;
        }
        let scopes = known_scopes(self, ask);
        if self.paired.get(&ask.claim.device_id).and_then(|device| device.live_token(&ask.role)).is_none() {
            self.require(turn, ask, Reason::RoleUpgrade)?;
        }
        if !scope::allows(&ask.role, &scopes, &ask.scopes) {
            self.require(turn, ask, Reason::ScopeUpgrade)?;
        }
        Ok(())
    }

    /// Makes or replaces the device's one request; approves it at once where nobody need be asked.
    fn require(&mut self, turn: &mut Turn, ask: &Connect, reason: Reason) -> Result<(), Refusal> {
        let may_be_silent = ask.may_be_silent && matches!(reason, Reason::NotPaired | Reason::RoleUpgrade);
        let (id, is_silent) = self.request(turn, ask, reason, may_be_silent);
        if is_silent && self.approve(turn, &id, &ask.scopes).is_ok() {
            turn.resolved(&id, &ask.claim.device_id, "approved");
            return Ok(());
        }
        Err(pairing_required(&id, reason))
    }

    /// The same, where a bootstrap token's profile may be handed over.
    fn require_by_profile(
        &mut self,
        turn: &mut Turn,
        ask: &Connect,
        profile: &Profile,
    ) -> Result<(), Refusal> {
        let (id, is_silent) = self.request(turn, ask, Reason::NotPaired, true);
        if is_silent && self.approve_profile(turn, &id, profile) {
            turn.resolved(&id, &ask.claim.device_id, "approved");
            return Ok(());
        }
        Err(pairing_required(&id, Reason::NotPaired))
    }

    /// The id of the request that stands for this ask now, and whether it may be approved silently.
    fn request(&mut self, turn: &mut Turn, ask: &Connect, reason: Reason, silent: bool) -> (String, bool) {
        let device_id = &ask.claim.device_id;
        let standing: Vec<PairRequest> =
            self.pending.values().filter(|known| known.claim.device_id == *device_id).cloned().collect();
        if let [only] = standing.as_slice()
            && only.claim.public_key == ask.claim.public_key
            && only.role == ask.role
            && scope::normalise(&only.scopes) == scope::normalise(&ask.scopes)
        {
            // `foreign` tells here whether the request was meant to be silent.
            let kept = PairRequest { foreign: only.foreign && silent, ..only.clone() };
            let answer = (kept.request_id.clone(), kept.foreign);
            Arc::make_mut(&mut self.pending).insert(kept.request_id.clone(), kept);
            return answer;
        }
        let is_silent = silent && standing.iter().all(|known| known.foreign);
        let mut scopes = Vec::new();
        for known in &standing {
            merge(&mut scopes, &known.scopes);
        }
        merge(&mut scopes, &ask.scopes);
        let made = PairRequest {
            request_id: turn.fresh.uuid(),
            claim: ask.claim.clone(),
            role: ask.role.clone(),
            scopes,
            reason,
            is_repair: self.paired.contains_key(device_id),
            created_ms: turn.now_ms,
            ts_ms: turn.now_ms,
            covered: false,
            foreign: is_silent,
            half: Half::default(),
        };
        let pending = Arc::make_mut(&mut self.pending);
        pending.retain(|_, known| known.claim.device_id != *device_id);
        if !is_silent {
            turn.events.push(Event { name: "device.pair.requested", payload: made.to_json() });
        }
        let answer = (made.request_id.clone(), is_silent);
        pending.insert(made.request_id.clone(), made);
        answer
    }
}

fn pairing_required(id: &str, reason: Reason) -> Refusal {
    Refusal::new(Code::NotPaired, "pairing required").with(json!({
        "code": "PAIRING_REQUIRED", "requestId": id, "reason": reason.word(),
    }))
}

/// The grant of the device as it stood when the connect began.
fn known_scopes(records: &Records, ask: &Connect) -> Vec<String> {
    records.paired.get(&ask.claim.device_id).map(|device| device.scopes.clone()).unwrap_or_default()
}
