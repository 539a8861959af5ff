//! The checks, in their order: the first that fails is the answer.

use serde_json::{Value, json};

use super::params::Params;
use super::{
    Attempts, CLOSE_PROTOCOL, CLOSE_REFUSED, CLOSE_SILENT, Caller, Client, Introduction, Kind, Outcome, Scene,
};
use crate::gateway::auth::{self, Known, Reason, Refused};
use crate::gateway::frame::{self, Close, Code, Inbound, Refusal};
use crate::gateway::settings::AuthMode;
use crate::gateway::{PROTOCOL, method, origin, scope};

/// The words of a page from an origin that may not connect.
const ORIGIN_REFUSED: &str = "origin not allowed (open the Control UI from the gateway host or allow it \
                              in gateway.controlUi.allowedOrigins)";

/// A refusal on its way out.
pub(super) type No = Box<Outcome>;

/// Holds the first frame of a socket against all checks but those of the book.
///
/// Gives the id of the request, where there is one to answer. `limits` counts failures, and locks
/// callers that fail too often; where the book is asked about a device token, tell
/// [`Attempts::device_token`] what it made of it. The generation of the shared secret needs no check here: the secret
/// is compared with the settings of this moment.
#[must_use]
pub fn examine(scene: &Scene<'_>, text: &str, limits: &mut Attempts) -> (Option<String>, Outcome) {
    let request = match frame::read(text) {
        Inbound::NotJson(problem) => {
            let meta = json!({"cause": "parse-error", "handshake": "failed", "problem": problem});
            return (None, Outcome::Refused { refusal: None, close: Close::new(CLOSE_SILENT, ""), meta });
        }
        Inbound::Invalid { problem, .. } => {
            let meta = json!({"cause": "invalid-handshake", "handshake": "failed", "problem": problem});
            let close = Close::new(CLOSE_REFUSED, frame::NOT_A_FRAME);
            return (None, Outcome::Refused { refusal: None, close, meta });
        }
        Inbound::Request(request) => request,
    };
    let outcome = match shaped(&request) {
        Ok(params) => Visit::new(scene, params).examine(limits).unwrap_or_else(|no| *no),
        Err(words) => {
            refused("invalid-handshake", Refusal::invalid(words), &json!({"frameMethod": request.method}))
        }
    };
    (Some(request.id), outcome)
}

/// The parameters of a request that is a well-formed `connect`.
fn shaped(request: &frame::Request) -> Result<Params, String> {
    let connect = method::find("connect").filter(|connect| connect.name == request.method);
    let Some(connect) = connect else {
        return Err("invalid handshake: first request must be connect".to_owned());
    };
    // Unlike other methods, `connect` without parameters is no `connect` with empty ones.
    let params = request.params.as_ref().filter(|params| !params.is_null());
    let misfit = match params {
        None => Some("must be object".to_owned()),
        Some(params) => method::misfit(connect, Some(params)),
    };
    match (misfit, params) {
        (None, Some(params)) => Ok(Params::read(params)),
        (misfit, _) => Err(format!("invalid connect params: {}", misfit.unwrap_or_default())),
    }
}

/// A refusal with its close frame and what the log knows beside it.
fn refused(cause: &str, refusal: Refusal, facts: &Value) -> Outcome {
    closed(CLOSE_REFUSED, cause, refusal, facts)
}

fn closed(code: u16, cause: &str, refusal: Refusal, facts: &Value) -> Outcome {
    let mut meta = json!({"cause": cause, "handshake": "failed"});
    if let (Some(meta), Some(facts)) = (meta.as_object_mut(), facts.as_object()) {
        meta.extend(facts.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    let close = Close::new(code, &refusal.message);
    Outcome::Refused { refusal: Some(Box::new(refusal)), close, meta }
}

/// One `connect`, and what is known of it before the checks that take work.
pub(super) struct Visit<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) params: Params,
    pub(super) local: bool,
    pub(super) browser: bool,
}

impl<'a> Visit<'a> {
    fn new(scene: &'a Scene<'a>, mut params: Params) -> Self {
        let browser = scene.upgrade.header("origin").is_some_and(|origin| !origin.trim().is_empty());
        if params.client.is_operator_ui() && scene.settings.control_ui.disable_device_auth {
            params.device = None;
        }
        Self { scene, params, local: origin::is_local(scene.upgrade), browser }
    }

    pub(super) const fn client(&self) -> &Client {
        &self.params.client
    }

    fn examine(&self, limits: &mut Attempts) -> Result<Outcome, No> {
        self.protocol()?;
        self.role()?;
        self.origin()?;
        let caller = Caller::of(self.scene.upgrade, self.scene.settings);
        let known = self.secret(&caller, limits);
        match &self.params.device {
            None => self.without_device(&known),
            Some(device) => self.with_device(device, known, &caller, limits),
        }
    }

    pub(super) fn no(&self, cause: &str, refusal: Refusal, mut facts: Value) -> No {
        self.describe(&mut facts);
        Box::new(refused(cause, refusal, &facts))
    }

    /// What the log knows of the client beside the refusal.
    fn describe(&self, facts: &mut Value) {
        let client = self.client();
        facts["client"] = client.id.as_str().into();
        facts["mode"] = client.mode.as_str().into();
        facts["version"] = client.version.as_str().into();
        facts["platform"] = client.platform.as_str().into();
        facts["role"] = self.params.role.as_str().into();
        facts["scopeCount"] = self.params.scopes.len().into();
        facts["hasDeviceIdentity"] = self.params.device.is_some().into();
        if let Some(device) = &self.params.device {
            facts["deviceId"] = device.id.as_str().into();
        }
        if let Some(instance) = &client.instance_id {
            facts["instanceId"] = instance.as_str().into();
        }
    }

    fn protocol(&self) -> Result<(), No> {
        let (min, max) = (self.params.min_protocol, self.params.max_protocol);
        if (min..=max).contains(&(PROTOCOL as f64)) {
            return Ok(());
        }
        let details = json!({"expectedProtocol": PROTOCOL});
        let mut facts = json!({"minProtocol": min, "maxProtocol": max, "expectedProtocol": PROTOCOL});
        self.describe(&mut facts);
        let refusal = Refusal::invalid("protocol mismatch").with(details);
        Err(Box::new(closed(CLOSE_PROTOCOL, "protocol-mismatch", refusal, &facts)))
    }

    fn role(&self) -> Result<(), No> {
        if [scope::ROLE_OPERATOR, scope::ROLE_NODE].contains(&self.params.role.as_str()) {
            return Ok(());
        }
        Err(self.no("invalid-role", Refusal::invalid("invalid role"), json!({})))
    }

    fn origin(&self) -> Result<(), No> {
        let client = self.client();
        if !(self.browser || client.is_control_ui() || client.is_webchat()) {
            return Ok(());
        }
        origin::check_origin(self.scene.upgrade, &self.scene.settings.control_ui).map_err(|reason| {
            let details = json!({"code": "CONTROL_UI_ORIGIN_NOT_ALLOWED", "reason": reason});
            let facts = json!({
                "origin": self.scene.upgrade.header("origin").unwrap_or("n/a"),
                "host": self.scene.upgrade.header("host").unwrap_or("n/a"),
                "reason": reason,
            });
            self.no("origin-mismatch", Refusal::invalid(ORIGIN_REFUSED).with(details), facts)
        })
    }

    /// Whether the caller knows the gateway's secret. Not yet fatal if it does not.
    fn secret(&self, caller: &Caller, limits: &mut Attempts) -> Result<Known, Reason> {
        let (mode, sent, now) = (&self.scene.settings.auth, &self.params.sent, self.scene.now.at);
        let tries =
            auth::given(sent.token.as_ref()).is_some() || auth::given(sent.password.as_ref()).is_some();
        let counts = tries && matches!(mode, AuthMode::Token(_) | AuthMode::Password(_));
        if counts && limits.locked(caller, Kind::SharedSecret, now).is_some() {
            return Err(Reason::RateLimited);
        }
        let known = auth::evaluate(mode, self.scene.upgrade, sent);
        match &known {
            Ok(_) if counts => limits.succeeded(caller, Kind::SharedSecret),
            Err(reason) if reason.is_a_guess() => limits.failed(caller, Kind::SharedSecret, now),
            _ => {}
        }
        known
    }

    /// The refusal of a caller that is not authenticated.
    pub(super) fn unauthorized(&self, reason: &Reason) -> Refusal {
        let (mode, sent, client) = (&self.scene.settings.auth, &self.params.sent, self.client());
        let has_device = self.params.device.is_some();
        auth::refusal(Some(reason), &Refused { mode, sent, client, has_device })
    }

    pub(super) fn reject(&self, reason: &Reason) -> No {
        let facts = json!({
            "authMode": self.scene.settings.auth.word(),
            "authProvided": self.params.sent.kind(),
            "authReason": reason.words().0,
        });
        self.no("unauthorized", self.unauthorized(reason), facts)
    }

    /// A caller that shows no device: few may pass, and most of them without any scope.
    fn without_device(&self, known: &Result<Known, Reason>) -> Result<Outcome, No> {
        let (client, settings) = (self.client(), &self.scene.settings.control_ui);
        let is_operator = self.params.role == scope::ROLE_OPERATOR;
        let is_ui = client.is_operator_ui();
        let is_free = is_ui && settings.disable_device_auth;
        let is_insecure_local = is_ui && settings.allow_insecure_auth && self.local;
        let holds_secret = matches!(known, Ok(Known::Token | Known::Password | Known::Proxy));
        let proxied = is_ui && is_operator && matches!(known, Ok(Known::Proxy));
        if !(proxied || (is_free && is_operator)) {
            if is_ui && !is_free && !is_insecure_local {
                let words = "control ui requires device identity (use HTTPS or localhost secure context)";
                let details = json!({"code": "CONTROL_UI_DEVICE_IDENTITY_REQUIRED"});
                let facts = json!({"insecureAuthConfigured": settings.allow_insecure_auth});
                return Err(self.no(
                    "control-ui-insecure-auth",
                    Refusal::invalid(words).with(details),
                    facts,
                ));
            }
            if !(is_operator && holds_secret) {
                return Err(self.needs_device(known));
            }
        }
        let known = known.as_ref().map_err(|reason| self.reject(reason))?;
        let keeps = is_free || (is_insecure_local && *known != Known::Proxy);
        let scopes = if keeps { self.params.scopes.clone() } else { Vec::new() };
        Ok(Outcome::Admitted(Box::new(self.introduction(known.word(), scopes, Some(*known)))))
    }

    fn needs_device(&self, known: &Result<Known, Reason>) -> No {
        match known {
            Err(reason) if self.params.sent.has_shared() => self.reject(reason),
            _ => {
                let details = json!({"code": "DEVICE_IDENTITY_REQUIRED"});
                let refusal = Refusal::new(Code::NotPaired, "device identity required").with(details);
                self.no("device-required", refusal, json!({}))
            }
        }
    }

    /// What the handshake alone knows of the caller.
    pub(super) fn introduction(
        &self,
        word: &'static str,
        scopes: Vec<String>,
        known: Option<Known>,
    ) -> Introduction {
        let by_secret = matches!(known, Some(Known::Token | Known::Password));
        Introduction {
            client: self.client().clone(),
            role: self.params.role.clone(),
            scopes,
            method: word,
            generation: by_secret.then(|| auth::generation(&self.scene.settings.auth)).flatten(),
            remote_ip: origin::remote_ip(self.scene.upgrade, self.scene.settings),
        }
    }
}
