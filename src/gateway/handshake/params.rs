//! The parameters of `connect`, once they are known to have their shape.

use serde_json::Value;

use super::Client;
use crate::config::Secret;
use crate::gateway::auth::Credentials;
use crate::gateway::identity::Presented;
use crate::gateway::scope;

/// What a `connect` says.
#[derive(Debug, Clone)]
pub(super) struct Params {
    pub(super) min_protocol: f64,
    pub(super) max_protocol: f64,
    pub(super) client: Client,
    pub(super) role: String,
    pub(super) scopes: Vec<String>,
    pub(super) device: Option<Presented>,
    pub(super) sent: Credentials,
}

impl Params {
    /// Reads them. What is not of its shape reads as absent.
    pub(super) fn read(params: &Value) -> Self {
        Self {
            min_protocol: number(&params["minProtocol"]),
            max_protocol: number(&params["maxProtocol"]),
            client: client(params),
            role: text(&params["role"]).unwrap_or_else(|| scope::ROLE_OPERATOR.to_owned()),
            scopes: texts(&params["scopes"]),
            device: params.get("device").map(device),
            sent: credentials(&params["auth"]),
        }
    }
}

fn client(params: &Value) -> Client {
    let client = &params["client"];
    let word = |key: &str| text(&client[key]).unwrap_or_default();
    Client {
        id: word("id"),
        mode: word("mode"),
        version: word("version"),
        platform: word("platform"),
        display_name: text(&client["displayName"]),
        device_family: text(&client["deviceFamily"]),
        model_identifier: text(&client["modelIdentifier"]),
        instance_id: text(&client["instanceId"]),
        caps: texts(&params["caps"]),
        commands: texts(&params["commands"]),
    }
}

fn device(device: &Value) -> Presented {
    let word = |key: &str| text(&device[key]).unwrap_or_default();
    Presented {
        id: word("id"),
        public_key: word("publicKey"),
        signature: word("signature"),
        signed_at: number(&device["signedAt"]),
        nonce: word("nonce"),
    }
}

fn credentials(auth: &Value) -> Credentials {
    let secret = |key: &str| text(&auth[key]).map(Secret::new);
    Credentials {
        token: secret("token"),
        bootstrap_token: secret("bootstrapToken"),
        device_token: secret("deviceToken"),
        password: secret("password"),
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(text).collect()
}
