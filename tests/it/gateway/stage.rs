//! What stands around a connect in the tests: settings and sockets, written as JSON.

use provoke::config::Secret;
use provoke::gateway::auth::Credentials;
use provoke::gateway::handshake::Upgrade;
use provoke::gateway::settings::{
    AuthMode, ControlUi, Host, Limits, LocalUpgrade, NodeCommands, RateLimit, Settings, TrustedProxy,
};
use serde_json::Value;

/// Settings: `{"auth": {"token"|"password": …} | "none" | {"addresses": […]}, "ui": {…}, "limit": n}`.
pub(super) fn settings(given: &Value) -> Settings {
    let auth = &given["auth"];
    let secret = |key: &str| auth[key].as_str().map(Secret::new);
    let mode = if auth == "none" {
        AuthMode::None
    } else if auth.get("password").is_some() {
        AuthMode::Password(secret("password"))
    } else if auth.get("addresses").is_some() {
        AuthMode::TrustedProxy(TrustedProxy {
            addresses: texts(&auth["addresses"]),
            user_header: "X-User".to_owned(),
            required_headers: texts(&auth["required"]),
            allow_users: texts(&auth["users"]),
        })
    } else if auth.is_null() {
        AuthMode::Token(Some(Secret::new("sesame")))
    } else {
        AuthMode::Token(secret("token"))
    };
    let on = |key: &str| given["ui"][key] == true;
    let limit = given["limit"].as_u64();
    Settings {
        auth: mode,
        local_upgrade: LocalUpgrade::default(),
        rate_limit: limit.map(|max| RateLimit {
            max_attempts: u32::try_from(max).expect("small"),
            ..RateLimit::default()
        }),
        control_ui: ControlUi {
            allowed_origins: texts(&given["ui"]["origins"]),
            host_header_fallback: on("fallback"),
            allow_insecure_auth: on("insecure"),
            disable_device_auth: on("free"),
        },
        limits: Limits::default(),
        trusted_proxies: texts(if auth["addresses"].is_null() {
            &given["proxies"]
        } else {
            &auth["addresses"]
        }),
        port: 18_789,
        config_path: String::new(),
        state_dir: String::new(),
        host: Host::default(),
        agents: Vec::new(),
        node_commands: NodeCommands::default(),
    }
}

/// A socket: `{"peer": "127.0.0.1", "headers": {…}}`; the peer is loopback unless another is given.
pub(super) fn upgrade(given: &Value) -> Upgrade {
    let headers = given["headers"].as_object().into_iter().flatten();
    let text = |value: &Value| value.as_str().expect("a header is a text").to_owned();
    let mut all = Vec::new();
    for (name, value) in headers {
        match value {
            Value::Array(values) => all.extend(values.iter().map(|value| (name.clone(), text(value)))),
            value => all.push((name.clone(), text(value))),
        }
    }
    let peer_ip = given["peer"].as_str().unwrap_or("127.0.0.1").to_owned();
    Upgrade { peer: format!("{peer_ip}:50000->127.0.0.1:18789"), peer_ip, headers: all }
}

/// The `auth` of a connect.
pub(super) fn credentials(given: &Value) -> Credentials {
    let secret = |key: &str| given[key].as_str().map(Secret::new);
    Credentials {
        token: secret("token"),
        bootstrap_token: secret("bootstrapToken"),
        device_token: secret("deviceToken"),
        password: secret("password"),
    }
}

/// JSON texts that stand one after the other.
pub(super) fn values(line: &str) -> Vec<Value> {
    let values = serde_json::Deserializer::from_str(line).into_iter::<Value>();
    values.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
