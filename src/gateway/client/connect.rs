//! `connect`, as each kind of caller says it.
//!
//! Source: the connections of OpenClaw 2026.4.12's own command line.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::key::DeviceKey;
use crate::config::Secret;
use crate::gateway::PROTOCOL;
use crate::gateway::identity::Signed;
use crate::gateway::scope::{self, ROLE_OPERATOR};

/// As whom a command connects, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// `client.id`.
    pub id: Cow<'static, str>,
    /// `client.mode`.
    pub mode: Cow<'static, str>,
    /// `client.displayName`.
    pub display_name: Option<String>,
    /// The scopes it asks for.
    pub scopes: Vec<String>,
    /// The role it asks for.
    pub role: Cow<'static, str>,
    /// The platform that it claims, where it is not this machine's.
    pub platform: Option<String>,
    /// Whether it signs something else than it says, to be refused.
    pub forged: bool,
}

impl Persona {
    /// A caller of this machine that says what it is, as an operator.
    #[must_use]
    pub const fn of(id: Cow<'static, str>, mode: Cow<'static, str>, scopes: Vec<String>) -> Self {
        let role = Cow::Borrowed(ROLE_OPERATOR);
        Self { id, mode, display_name: None, scopes, role, platform: None, forged: false }
    }

    /// The command line itself, with all it may need.
    #[must_use]
    pub fn cli() -> Self {
        let scopes = scope::OPERATOR.map(str::to_owned).to_vec();
        Self::of("cli".into(), "cli".into(), scopes)
    }

    /// A look from outside: it may read.
    #[must_use]
    pub fn probe() -> Self {
        Self::of("cli".into(), "probe".into(), vec![scope::READ.to_owned()])
    }

    /// A call with the least power that a reading method needs.
    #[must_use]
    pub fn backend(method: &str) -> Self {
        let display_name = Some(format!("gateway:{method}"));
        let reads = vec![scope::READ.to_owned()];
        Self { display_name, ..Self::of("gateway-client".into(), "backend".into(), reads) }
    }
}

/// How a caller proves that it may come in, beside its key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    /// The gateway's shared token.
    pub token: Option<Secret>,
    /// The gateway's shared password.
    pub password: Option<Secret>,
    /// What the gateway handed out to this device.
    pub device_token: Option<Secret>,
}

impl Credentials {
    /// Whether the gateway's own secret is among them.
    #[must_use]
    pub const fn has_shared(&self) -> bool {
        self.token.is_some() || self.password.is_some()
    }

    fn to_json(&self) -> Option<Value> {
        let fields =
            [("token", &self.token), ("deviceToken", &self.device_token), ("password", &self.password)];
        let fields = fields.into_iter().filter_map(|(name, secret)| {
            secret.as_ref().map(|secret| (name.to_owned(), Value::from(secret.expose())))
        });
        let auth: Map<String, Value> = fields.collect();
        (!auth.is_empty()).then_some(Value::Object(auth))
    }

    /// The token that is signed along: a password never is.
    fn signed(&self) -> &str {
        self.token.as_ref().or(self.device_token.as_ref()).map_or("", Secret::expose)
    }
}

/// All that is said, but the challenge's answer.
#[derive(Debug)]
pub struct Greeting {
    /// As whom.
    pub persona: Persona,
    /// With what.
    pub credentials: Credentials,
    /// By which key.
    pub key: std::sync::Arc<DeviceKey>,
    /// As Node names it: `linux`, `darwin`, `win32`.
    pub platform: &'static str,
    /// One run of the program: a UUID.
    pub instance_id: String,
}

/// The parameters of `connect` in answer to a challenge.
#[must_use]
pub fn params(greeting: &Greeting, nonce: &str, now_ms: u64) -> Value {
    let Greeting { persona, credentials, key, platform, instance_id } = greeting;
    let mut client = json!({
        "id": persona.id,
        "version": env!("CARGO_PKG_VERSION"),
        "platform": persona.platform.as_deref().unwrap_or(platform),
        "mode": persona.mode,
        "instanceId": instance_id,
    });
    if let Some(name) = &persona.display_name {
        client["displayName"] = name.as_str().into();
    }
    let id = key.device_id();
    let signed = signed(greeting, &id, nonce, now_ms);
    let mut params = json!({
        "minProtocol": PROTOCOL,
        "maxProtocol": PROTOCOL,
        "client": client,
        "caps": [],
        "role": persona.role,
        "scopes": persona.scopes,
        "device": {
            "id": id,
            "publicKey": key.public_key(),
            "signature": key.sign(&signed),
            "signedAt": now_ms,
            "nonce": nonce,
        },
    });
    if let Some(auth) = credentials.to_json() {
        params["auth"] = auth;
    }
    params
}

/// What the key signs; no device family is claimed.
fn signed<'a>(greeting: &'a Greeting, device_id: &'a str, nonce: &'a str, now_ms: u64) -> Signed<'a> {
    let Greeting { persona, credentials, platform, .. } = greeting;
    Signed {
        device_id,
        client_id: &persona.id,
        client_mode: &persona.mode,
        role: &persona.role,
        scopes: &persona.scopes,
        signed_at_ms: now_ms,
        token: credentials.signed(),
        nonce: if persona.forged { "" } else { nonce },
        platform: persona.platform.as_deref().unwrap_or(platform),
        device_family: "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(persona: Persona, credentials: Credentials) -> Greeting {
        Greeting {
            persona,
            credentials,
            key: DeviceKey::from_seed(&[7; 32]).into(),
            platform: "linux",
            instance_id: "one-run".to_owned(),
        }
    }

    #[test]
    fn the_signed_text_is_of_version_3() {
        let credentials = Credentials {
            token: Some(Secret::new("example-token")),
            password: Some(Secret::new("never-signed")),
            device_token: Some(Secret::new("second")),
        };
        let greeting = greeting(Persona::probe(), credentials);
        let id = greeting.key.device_id();
        let expected = format!("v3|{id}|cli|probe|operator|operator.read|1234|example-token|n0nce|linux|");
        let signed = signed(&greeting, &id, "n0nce", 1234);
        assert_eq!(signed.v3(), expected);
        let params = params(&greeting, "n0nce", 1234);
        assert_eq!(params["device"]["signature"], greeting.key.sign(&signed));
        assert_eq!(params["auth"]["deviceToken"], "second");
    }

    #[test]
    fn without_a_credential_nothing_is_said_of_one() {
        let params = params(&greeting(Persona::backend("health"), Credentials::default()), "n", 1);
        assert_eq!(params.get("auth"), None);
        assert_eq!(params["client"]["displayName"], "gateway:health");
        assert_eq!(params["client"]["mode"], "backend");
    }
}
