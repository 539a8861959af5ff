//! Which gateway is meant, and what opens its door.
//!
//! The order of the sources is that of OpenClaw 2026.4.12's command line.

use std::collections::BTreeMap;

use serde_json::Value;

use super::connect::Credentials;
use crate::config::{BaseUrl, Secret};
use crate::problem::{Place, Problem};

/// The port of a gateway that is not told another one.
pub const DEFAULT_PORT: u16 = 18_789;

/// What the options of a command say.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// `--url`.
    pub url: Option<String>,
    /// `--token`.
    pub token: Option<Secret>,
    /// `--password`.
    pub password: Option<Secret>,
}

/// A gateway, as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The host to dial.
    pub host: String,
    /// The port to dial.
    pub port: u16,
    /// The path of the upgrade.
    pub path: String,
    /// Where this address comes from, in OpenClaw's words.
    pub source: &'static str,
    /// The config file, as shown to people.
    pub config: String,
    /// `gateway.bind`, where the gateway is this machine's own.
    pub bind: Option<String>,
    /// Where the shared secret comes from, such as `--token`.
    pub secret_from: Option<&'static str>,
}

impl Endpoint {
    /// The address, without anything secret.
    #[must_use]
    pub fn url(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        BaseUrl::new(&format!("ws://{host}:{}{}", self.port, self.path)).to_string()
    }

    /// Whether it is this very machine's.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// Whether it is the gateway of this machine's own config, whose files lie here.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        self.bind.is_some()
    }

    /// The lines under an error, as OpenClaw prints them.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("Gateway target: {}", self.url()),
            format!("Source: {}", self.source),
            format!("Config: {}", self.config),
        ];
        lines.extend(self.bind.as_ref().map(|bind| format!("Bind: {bind}")));
        lines
    }
}

/// Finds the gateway and its credentials. `config` is the tree of the config, `Null` without one.
///
/// # Errors
/// What is said cannot be meant, or is not safe.
pub fn resolve(
    wish: &Wish,
    env: &BTreeMap<String, String>,
    config: &Value,
    config_file: &str,
) -> Result<(Endpoint, Credentials), Problem> {
    let endpoint = |url: &str, source| endpoint(url, source, env, config_file);
    let gateway = &config["gateway"];
    if let Some(url) = &wish.url {
        if wish.token.is_none() && wish.password.is_none() {
            let words = "gateway url override requires explicit credentials";
            let problem =
                Problem::new(format!("{words}\nFix: pass --token or --password\nConfig: {config_file}"));
            return Err(problem);
        }
        let mut endpoint = endpoint(url, "cli --url")?;
        endpoint.secret_from = Some(if wish.token.is_some() { "--token" } else { "--password" });
        let (token, password) = (wish.token.clone(), wish.password.clone());
        return Ok((endpoint, Credentials { token, password, device_token: None }));
    }
    let remote = gateway["remote"]["url"].as_str().filter(|url| !url.trim().is_empty());
    let (mut endpoint, is_remote) = match remote.filter(|_| gateway["mode"] == "remote") {
        Some(url) => (endpoint(url, "config gateway.remote.url")?, true),
        None => {
            let mut own = endpoint(&format!("ws://127.0.0.1:{}", port(env, gateway)?), "local loopback")?;
            own.bind = Some(gateway["bind"].as_str().unwrap_or("loopback").to_owned());
            (own, false)
        }
    };
    let (token, token_from) = first(&secrets(wish, env, gateway, is_remote, Kind::Token));
    let (password, password_from) = first(&secrets(wish, env, gateway, is_remote, Kind::Password));
    let mut credentials = Credentials { token, password, device_token: None };
    // A mode that is configured says which of the two is meant.
    match gateway["auth"]["mode"].as_str() {
        Some("password") if credentials.password.is_some() && wish.token.is_none() => {
            credentials.token = None
        }
        Some("token") if credentials.token.is_some() && wish.password.is_none() => {
            credentials.password = None
        }
        Some("none") if wish.token.is_none() && wish.password.is_none() => {
            credentials = Credentials::default()
        }
        _ => {}
    }
    endpoint.secret_from = match (&credentials.token, &credentials.password) {
        (Some(_), _) => token_from,
        (None, Some(_)) => password_from,
        (None, None) => None,
    };
    Ok((endpoint, credentials))
}

#[derive(Clone, Copy)]
enum Kind {
    Token,
    Password,
}

type Source = (Option<Secret>, &'static str);

/// The sources of a secret, the strongest first.
fn secrets(
    wish: &Wish,
    env: &BTreeMap<String, String>,
    gateway: &Value,
    is_remote: bool,
    kind: Kind,
) -> Vec<Source> {
    let said = |name: &str| env.get(name).filter(|value| !value.trim().is_empty()).map(Secret::new);
    let given = |value: &Value| secret(value, env);
    let (auth, remote) = (&gateway["auth"], &gateway["remote"]);
    let (asked, variable, here, there) = match kind {
        Kind::Token => (
            (wish.token.clone(), "--token"),
            (said("OPENCLAW_GATEWAY_TOKEN"), "OPENCLAW_GATEWAY_TOKEN"),
            (given(&auth["token"]), "gateway.auth.token"),
            (given(&remote["token"]), "gateway.remote.token"),
        ),
        Kind::Password => (
            (wish.password.clone(), "--password"),
            (said("OPENCLAW_GATEWAY_PASSWORD"), "OPENCLAW_GATEWAY_PASSWORD"),
            (given(&auth["password"]), "gateway.auth.password"),
            (given(&remote["password"]), "gateway.remote.password"),
        ),
    };
    // For a remote gateway its own token comes before the environment, its own password after it.
    match (is_remote, kind) {
        (false, _) => vec![asked, variable, here, there],
        (true, Kind::Token) => vec![asked, there, variable],
        (true, Kind::Password) => vec![asked, variable, there],
    }
}

fn first(sources: &[Source]) -> (Option<Secret>, Option<&'static str>) {
    let found = sources.iter().find(|(secret, _)| secret.is_some());
    (found.and_then(|(secret, _)| secret.clone()), found.map(|(_, from)| *from))
}

/// A secret as a config may give it: a text, or a reference to a variable of the environment.
fn secret(value: &Value, env: &BTreeMap<String, String>) -> Option<Secret> {
    match value {
        Value::String(text) if !text.trim().is_empty() && !text.contains("${") => Some(Secret::new(text)),
        Value::Object(_) if value["source"] == "env" => env.get(value["id"].as_str()?).map(Secret::new),
        _ => None,
    }
}

fn port(env: &BTreeMap<String, String>, gateway: &Value) -> Result<u16, Problem> {
    if let Some(text) = env.get("OPENCLAW_GATEWAY_PORT").filter(|text| !text.trim().is_empty()) {
        return text.trim().parse().ok().filter(|port| *port > 0).ok_or_else(|| {
            Problem::new("OPENCLAW_GATEWAY_PORT is no port").hint("set it to a number from 1 to 65535")
        });
    }
    match &gateway["port"] {
        Value::Null => Ok(DEFAULT_PORT),
        given => {
            let port = given.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
            port.ok_or_else(|| Problem::new("is no port, 1 to 65535").at(Place::path("gateway.port")))
        }
    }
}

fn endpoint(
    url: &str,
    source: &'static str,
    env: &BTreeMap<String, String>,
    config: &str,
) -> Result<Endpoint, Problem> {
    let shown = BaseUrl::new(url).to_string();
    let wrong = |words: &str| Problem::new(format!("{shown}: {words}"));
    let url = url.trim();
    let rest = match url.split_once("://") {
        Some(("ws", rest)) => rest,
        Some(("wss", _)) => {
            let hint = "reach it through a tunnel: ssh -N -L 18789:127.0.0.1:18789 user@host, then \
                        --url ws://127.0.0.1:18789";
            return Err(wrong("this client speaks no TLS").hint(hint));
        }
        _ => return Err(wrong("is no WebSocket address").hint("write ws://HOST:PORT")),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err(wrong("has a user name in it").hint("give credentials with --token or --password"));
    }
    let (host, port) = match authority.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = match port {
        None => Some(80),
        Some(text) => text.parse().ok().filter(|port| *port > 0),
    };
    let (Some(port), false) = (port, host.is_empty()) else {
        return Err(wrong("has no host or no port").hint("write ws://HOST:PORT"));
    };
    let is_allowed = env.get("OPENCLAW_ALLOW_INSECURE_PRIVATE_WS").is_some_and(|value| value == "1");
    if !is_loopback(host) && !is_allowed {
        let hint =
            "tunnel it over SSH, or set OPENCLAW_ALLOW_INSECURE_PRIVATE_WS=1 on a network that you trust";
        return Err(wrong("would send the credentials in the clear").hint(hint));
    }
    Ok(Endpoint {
        host: host.to_owned(),
        port,
        path: if path.starts_with('/') { path.to_owned() } else { format!("/{path}") },
        source,
        config: config.to_owned(),
        bind: None,
        secret_from: None,
    })
}

fn is_loopback(host: &str) -> bool {
    let octets: Vec<Option<u8>> = host.split('.').map(|octet| octet.parse().ok()).collect();
    let is_v4 = octets.len() == 4 && octets[0] == Some(127) && octets.iter().all(Option::is_some);
    host.eq_ignore_ascii_case("localhost") || host == "::1" || is_v4
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn wish(url: Option<&str>, token: Option<&str>) -> Wish {
        Wish { url: url.map(str::to_owned), token: token.map(Secret::new), password: None }
    }

    /// Options, environment, config; and what is found.
    type Given<'a> = (&'a Wish, &'a [(&'a str, &'a str)], &'a Value, [&'a str; 4]);

    /// Url, source of the secret, token, password.
    fn found(wish: &Wish, pairs: &[(&str, &str)], config: &Value) -> (String, String, String, String) {
        let (endpoint, credentials) = resolve(wish, &env(pairs), config, "c.json").unwrap();
        let shown = |secret: &Option<Secret>| secret.as_ref().map_or("-", Secret::expose).to_owned();
        let from = endpoint.secret_from.unwrap_or("-").to_owned();
        (endpoint.url(), from, shown(&credentials.token), shown(&credentials.password))
    }

    #[test]
    fn sources_have_an_order() {
        let local = json!({"gateway": {"port": 1234, "auth": {"token": "config"}}});
        let both = json!({"gateway": {"auth": {"mode": "password", "password": "pw", "token": "config"}}});
        let remote = json!({"gateway": {"mode": "remote", "auth": {"token": "config"},
            "remote": {"url": "ws://localhost:9/x", "token": "there"}}});
        let by_env =
            json!({"gateway": {"auth": {"token": {"source": "env", "provider": "default", "id": "T"}}}});
        let port = ("OPENCLAW_GATEWAY_PORT", "77");
        let token = ("OPENCLAW_GATEWAY_TOKEN", "environment");
        let (none, asked) = (wish(None, None), wish(None, Some("asked")));
        let cases: [Given<'_>; 9] = [
            (&none, &[], &Value::Null, ["ws://127.0.0.1:18789", "-", "-", "-"]),
            (&none, &[], &local, ["ws://127.0.0.1:1234", "gateway.auth.token", "config", "-"]),
            (
                &none,
                &[port, token],
                &local,
                ["ws://127.0.0.1:77", "OPENCLAW_GATEWAY_TOKEN", "environment", "-"],
            ),
            (&asked, &[token], &local, ["ws://127.0.0.1:1234", "--token", "asked", "-"]),
            (&none, &[], &both, ["ws://127.0.0.1:18789", "gateway.auth.password", "-", "pw"]),
            (&none, &[token], &remote, ["ws://localhost:9/x", "gateway.remote.token", "there", "-"]),
            (
                &none,
                &[("T", "by name")],
                &by_env,
                ["ws://127.0.0.1:18789", "gateway.auth.token", "by name", "-"],
            ),
            (
                &wish(Some("ws://[::1]:5"), Some("asked")),
                &[port],
                &local,
                ["ws://[::1]:5", "--token", "asked", "-"],
            ),
            (
                &none,
                &[],
                &json!({"gateway": {"auth": {"token": "${UNSET}"}}}),
                ["ws://127.0.0.1:18789", "-", "-", "-"],
            ),
        ];
        for (wish, pairs, config, expected) in cases {
            let (url, from, token, password) = found(wish, pairs, config);
            assert_eq!([url, from, token, password], expected.map(str::to_owned), "{config}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let refused = |url: &str, config: &Value| {
            let given = Some(url).filter(|url| !url.is_empty());
            resolve(&wish(given, given.map(|_| "t")), &env(&[]), config, "c.json").unwrap_err().to_string()
        };
        let none = Value::Null;
        assert!(refused("wss://127.0.0.1", &none).contains("no TLS"));
        assert!(refused("http://127.0.0.1", &none).contains("no WebSocket address"));
        assert!(refused("ws://127.0.0.1:x", &none).contains("no host or no port"));
        assert!(refused("ws://gw.example:1", &none).contains("in the clear"));
        let hidden = refused("ws://me:secret@127.0.0.1", &none);
        assert!(hidden.contains("user name") && !hidden.contains("secret"), "{hidden}");
        assert!(refused("", &json!({"gateway": {"port": 70000}})).starts_with("gateway.port: is no port"));
        let no_credentials = resolve(&wish(Some("ws://127.0.0.1"), None), &env(&[]), &none, "c.json");
        assert!(
            no_credentials
                .unwrap_err()
                .message
                .starts_with("gateway url override requires explicit credentials")
        );
        let insecure = env(&[("OPENCLAW_ALLOW_INSECURE_PRIVATE_WS", "1")]);
        assert!(resolve(&wish(Some("ws://gw.example:1"), Some("t")), &insecure, &none, "c.json").is_ok());
    }

    proptest! {
        #![proptest_config(crate::chance::tries(256))]
        #[test]
        fn any_address_is_read_or_refused(url in "(ws://)?[\\[\\]:/@a-z0-9.?#é]{0,40}") {
            let _ = resolve(&wish(Some(&url), Some("t")), &env(&[]), &Value::Null, "c.json");
        }
    }
}
