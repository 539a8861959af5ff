//! The checks of a caller that shows a device, and what the book is asked about it.

use serde_json::json;

use super::checks::{No, Visit};
use super::{Attempts, Caller, Kind, Outcome};
use crate::config::Secret;
use crate::gateway::auth::{self, Known, Reason};
use crate::gateway::frame::Refusal;
use crate::gateway::identity::{self, Presented, Proven, Signed};
use crate::gateway::pairing::{Bypass, Claim, Connect, Proof};
use crate::gateway::settings::AuthMode;
use crate::gateway::{origin, scope};

impl Visit<'_> {
    /// The proof of the device; then the book decides, unless nothing is left that could let it in.
    pub(super) fn with_device(
        &self,
        device: &Presented,
        known: Result<Known, Reason>,
        caller: &Caller,
        limits: &Attempts,
    ) -> Result<Outcome, No> {
        let proven = self.prove(device)?;
        let sent = &self.params.sent;
        let bootstrap = auth::given(sent.bootstrap_token.as_ref());
        let explicit = auth::given(sent.device_token.as_ref());
        let candidate = explicit.or_else(|| auth::given(sent.token.as_ref()));
        let (proof, token) = match &known {
            Ok(known) => (proof_of(*known), None),
            Err(reason) => {
                let locked = limits.locked(caller, Kind::DeviceToken, self.scene.now.at).is_some();
                let due = match (candidate, bootstrap) {
                    (Some(_), _) if locked => &Reason::RateLimited,
                    (Some(_), _) if explicit.is_some() => &Reason::DeviceTokenMismatch,
                    (_, Some(_)) => &Reason::BootstrapTokenInvalid,
                    _ => reason,
                };
                let token = candidate.filter(|_| !locked);
                if token.is_none() && bootstrap.is_none() {
                    return Err(self.reject(due));
                }
                (Proof::Pending(Box::new(self.unauthorized(due))), token)
            }
        };
        let word = match &known {
            Ok(known) => known.word(),
            Err(_) if token.is_some() => "device-token",
            Err(_) => "bootstrap-token",
        };
        let introduction = self.introduction(word, self.params.scopes.clone(), known.ok());
        let connect = Connect {
            claim: self.claim(device, proven.public_key),
            role: self.params.role.clone(),
            scopes: self.params.scopes.clone(),
            device_token: token.map(Secret::new),
            device_token_explicit: token.is_some() && explicit.is_some(),
            bootstrap_token: bootstrap.map(Secret::new),
            local: self.local,
            may_be_silent: self.may_be_silent(&proof),
            bypass: self.bypass(&proof, token.is_some()),
            proof,
            conn: self.scene.conn_id.to_owned(),
            signed_v3: proven.v3,
        };
        Ok(Outcome::Ask(Box::new(introduction), Box::new(connect)))
    }

    /// Whether the device is who it says it is.
    fn prove(&self, device: &Presented) -> Result<Proven, No> {
        let client = self.client();
        let signed = Signed {
            device_id: &device.id,
            client_id: &client.id,
            client_mode: &client.mode,
            role: &self.params.role,
            scopes: &self.params.scopes,
            signed_at_ms: 0,
            token: self.params.sent.signed(),
            nonce: self.scene.nonce,
            platform: &client.platform,
            device_family: client.device_family.as_deref().unwrap_or_default(),
        };
        identity::prove(device, &signed, self.scene.nonce, self.scene.now.ms).map_err(|flaw| {
            let (words, code, reason) = flaw.words();
            let refusal = Refusal::invalid(words).with(json!({"code": code, "reason": reason}));
            self.no("device-auth-invalid", refusal, json!({"reason": reason}))
        })
    }

    fn claim(&self, device: &Presented, public_key: String) -> Claim {
        let client = self.client();
        Claim {
            device_id: device.id.clone(),
            public_key,
            display_name: client.display_name.clone(),
            platform: client.platform.clone(),
            device_family: client.device_family.clone(),
            client_id: client.id.clone(),
            client_mode: client.mode.clone(),
            remote_ip: origin::remote_ip(self.scene.upgrade, self.scene.settings),
        }
    }

    /// Whether the caller may do without a record.
    fn bypass(&self, proof: &Proof, may_hold_token: bool) -> Bypass {
        let client = self.client();
        let is_backend = client.id == "gateway-client" && client.mode == "backend";
        let proves = match proof {
            Proof::Token | Proof::Password => true,
            Proof::Pending(_) => may_hold_token,
            Proof::Open | Proof::Proxy => false,
        };
        if is_backend && self.local && !self.browser && proves {
            return Bypass::BackendSelf;
        }
        let lets_in = matches!(proof, Proof::Proxy) || self.scene.settings.auth == AuthMode::None;
        if client.is_operator_ui() && self.params.role == scope::ROLE_OPERATOR && lets_in {
            return Bypass::ControlUi;
        }
        Bypass::No
    }

    /// Whether an approval may be silent: the caller is here, or as good as here (a container's port
    /// that is forwarded to loopback), and is no foreign page in a browser.
    fn may_be_silent(&self, proof: &Proof) -> bool {
        let client = self.client();
        let own_page = client.is_operator_ui() || client.is_webchat();
        let near = self.local || self.is_cli_in_container(proof) || self.is_ui_in_container(proof);
        near && (!self.browser || own_page)
    }

    fn is_cli_in_container(&self, proof: &Proof) -> bool {
        let (client, upgrade) = (self.client(), self.scene.upgrade);
        client.id == "cli"
            && client.mode == "cli"
            && matches!(proof, Proof::Token | Proof::Password)
            && !self.browser
            && !origin::has_proxy_headers(upgrade)
            && origin::is_loopback_peer(upgrade)
            && upgrade.header("host").is_some_and(origin::is_private_host)
    }

    fn is_ui_in_container(&self, proof: &Proof) -> bool {
        let (client, upgrade) = (self.client(), self.scene.upgrade);
        client.is_control_ui()
            && client.mode == "webchat"
            && matches!(proof, Proof::Token | Proof::Password)
            && !origin::has_proxy_headers(upgrade)
            && origin::address(&upgrade.peer_ip).is_some_and(origin::is_private)
            && upgrade.header("host").is_some_and(origin::is_local_host)
            && upgrade.header("origin").and_then(origin::parse_origin).is_some_and(|from| from.is_loopback())
    }
}

const fn proof_of(known: Known) -> Proof {
    match known {
        Known::Token => Proof::Token,
        Known::Password => Proof::Password,
        Known::Open => Proof::Open,
        Known::Proxy => Proof::Proxy,
    }
}
