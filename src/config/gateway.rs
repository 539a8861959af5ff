//! What a gateway reads of `openclaw.json`: its own part, and that of its log.

use std::collections::BTreeMap;

use super::agents::Agents;
use super::check::{self, Unknown};
use super::document::{Document, Node};
use super::env;
use super::key::{Key, KeySource};
use super::openclaw::ConfigError;
use super::schema;
use super::secret::Secret;
use crate::problem::Problem;

/// The most entries of a list such as the trusted proxies; the rest is left aside.
const LIST_MAX: usize = 256;

/// The parts of the config that are about the gateway.
const OWN_PARTS: [&str; 3] = ["gateway", "logging", check::INCLUDE];

/// What is read of them: a wrong value there keeps a gateway from starting.
const READ: [&str; 11] = [
    "gateway.mode",
    "gateway.port",
    "gateway.bind",
    "gateway.auth",
    "gateway.trustedProxies",
    "gateway.controlUi.allowedOrigins",
    "gateway.controlUi.dangerouslyAllowHostHeaderOriginFallback",
    "gateway.controlUi.allowInsecureAuth",
    "gateway.controlUi.dangerouslyDisableDeviceAuth",
    "logging.level",
    "logging.consoleLevel",
];

/// Where a misspelt key keeps a gateway from starting: it could open what was meant to be shut.
const GUARDED: &str = "gateway.auth";

/// What somebody may have asked for and does not get: its path, the value that asks for nothing, and
/// what happens instead.
const NOT_HERE: [(&str, &[&str], &str, &str); 5] = [
    (
        "gateway.bind",
        &["loopback", "auto"],
        "is not supported by provoke yet",
        "it listens on 127.0.0.1 and ::1 only",
    ),
    (
        "gateway.tls.enabled",
        &["false"],
        "is not supported by provoke yet",
        "it listens without TLS, on this machine only",
    ),
    ("gateway.tailscale.mode", &["off"], "is not supported by provoke yet", "nothing is published"),
    (
        "gateway.auth.allowTailscale",
        &["false"],
        "is not supported by provoke yet",
        "identities of Tailscale are not accepted",
    ),
    ("gateway.controlUi.basePath", &[""], "means nothing here", "this gateway has no Control UI"),
];

/// The gateway's part of a config. What is not written is `None` or empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GatewayConfig {
    /// `gateway.mode`: `local` where a gateway may run.
    pub mode: Option<String>,
    /// `gateway.port`.
    pub port: Option<u16>,
    /// `gateway.bind`.
    pub bind: Option<String>,
    /// `gateway.auth.mode`.
    pub auth_mode: Option<String>,
    /// `gateway.auth.token`.
    pub token: Option<Secret>,
    /// `gateway.auth.password`.
    pub password: Option<Secret>,
    /// `gateway.auth.rateLimit`.
    pub rate_limit: Option<RateLimitConfig>,
    /// `gateway.auth.trustedProxy`.
    pub trusted_proxy: Option<TrustedProxyConfig>,
    /// `gateway.trustedProxies`.
    pub trusted_proxies: Vec<String>,
    /// `gateway.controlUi.allowedOrigins`.
    pub allowed_origins: Vec<String>,
    /// `gateway.controlUi.dangerouslyAllowHostHeaderOriginFallback`.
    pub host_header_fallback: bool,
    /// `gateway.controlUi.allowInsecureAuth`.
    pub allow_insecure_auth: bool,
    /// `gateway.controlUi.dangerouslyDisableDeviceAuth`.
    pub disable_device_auth: bool,
    /// `gateway.nodes.allowCommands`.
    pub node_allow: Vec<String>,
    /// `gateway.nodes.denyCommands`.
    pub node_deny: Vec<String>,
    /// `logging.level`, `logging.consoleLevel` and `logging.file`.
    pub logging: LoggingConfig,
    /// The agents.
    pub agents: Option<Agents>,
    /// What is wrong with these parts, so that no gateway can be made of them.
    pub problems: Vec<Problem>,
    /// What is left aside: unknown keys, as those of later releases, and what this gateway cannot do.
    pub notes: Vec<Problem>,
}

/// `gateway.auth.rateLimit`. What is not written has OpenClaw's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimitConfig {
    /// Failures within the window before the lock.
    pub max_attempts: Option<u64>,
    /// The window, in milliseconds.
    pub window_ms: Option<u64>,
    /// How long the lock holds, in milliseconds.
    pub lockout_ms: Option<u64>,
    /// Whether loopback is never locked.
    pub exempt_loopback: Option<bool>,
}

/// `gateway.auth.trustedProxy`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedProxyConfig {
    /// The header that names the user.
    pub user_header: String,
    /// Headers that must be there.
    pub required_headers: Vec<String>,
    /// Users that may pass; empty: all.
    pub allow_users: Vec<String>,
}

/// `logging`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoggingConfig {
    /// The least level of the file.
    pub level: Option<String>,
    /// The least level of the console.
    pub console_level: Option<String>,
    /// The file.
    pub file: Option<String>,
}

/// Reads what a gateway needs of an `openclaw.json`. `env` is the environment of the process.
///
/// # Errors
/// The text is no JSON5 document, or too large or too deep.
pub fn gateway(text: &str, file: &str, env: &BTreeMap<String, String>) -> Result<GatewayConfig, ConfigError> {
    let (mut document, _) = Document::parse(text, file).map_err(ConfigError)?;
    let mut found = Vec::new();
    let vars = env::in_effect(document.root(), env, &mut Vec::new());
    found.extend(env::substitute(&mut document, &vars));
    let root = document.root();
    check::object(root, &schema::CONFIG, Unknown::Passed, &mut found);
    let mut all = Vec::new();
    check::object(root, &schema::CONFIG, Unknown::Refused, &mut all);
    all.retain(|problem| !found.contains(problem) && is_under_any(problem, &OWN_PARTS));
    found.retain(|problem| is_under_any(problem, &OWN_PARTS));
    let is_fatal = |problem: &Problem| is_under_any(problem, &READ) || OWN_PARTS.contains(&path(problem));
    let (mut found, mut notes): (Vec<_>, Vec<_>) = found.into_iter().partition(is_fatal);
    let is_misspelt = |problem: &Problem| {
        is_under_any(problem, &[GUARDED])
            && problem.hint.as_deref().is_some_and(|hint| hint.contains("did you mean"))
    };
    let (misspelt, unknown): (Vec<_>, Vec<_>) = all.into_iter().partition(is_misspelt);
    found.extend(misspelt);
    notes.extend(unknown.into_iter().map(|problem| match problem.hint.as_deref() {
        Some(hint) if hint.contains("did you mean") => problem,
        _ => problem.hint("it is left aside"),
    }));
    let mut config =
        root.get("gateway").map_or_else(GatewayConfig::default, |node| own(node, &vars, &mut found));
    notes.extend(NOT_HERE.iter().filter_map(|row| not_here(root, row)));
    if let Some(logging) = root.get("logging") {
        let word = |key| logging.filled(key).map(str::to_owned);
        config.logging =
            LoggingConfig { level: word("level"), console_level: word("consoleLevel"), file: word("file") };
    }
    config.agents = Some(Agents::read(root, &mut Vec::new()));
    config.problems = found;
    config.notes = notes;
    Ok(config)
}

fn path(problem: &Problem) -> &str {
    problem.place.path.as_deref().unwrap_or_default()
}

fn is_under_any(problem: &Problem, parts: &[&str]) -> bool {
    let path = path(problem);
    let is_under = |part: &&str| {
        path.strip_prefix(*part).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    parts.iter().any(is_under)
}

/// Tells of what is asked for and is not to be had here.
fn not_here(root: Node<'_>, row: &(&str, &[&str], &str, &str)) -> Option<Problem> {
    let (path, nothing, words, instead) = row;
    let node = path.split('.').try_fold(root, |node, key| node.get(key))?;
    let value = match (node.text(), node.value.as_bool()) {
        (Some(text), _) => text.trim().to_owned(),
        (None, Some(flag)) => flag.to_string(),
        (None, None) => return None,
    };
    let asks = !nothing.contains(&value.as_str());
    asks.then(|| Problem::new(format!("`{path}` {words}")).at(node.place()).hint(*instead))
}

fn own(node: Node<'_>, vars: &env::Vars, problems: &mut Vec<Problem>) -> GatewayConfig {
    let word = |node: Node<'_>, key| node.filled(key).map(str::to_owned);
    let mut config = GatewayConfig {
        mode: word(node, "mode"),
        port: node.count("port").and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0),
        bind: word(node, "bind"),
        trusted_proxies: list(node, "trustedProxies"),
        ..GatewayConfig::default()
    };
    if let Some(ui) = node.get("controlUi") {
        let flag = |key| ui.flag(key).unwrap_or_default();
        config.allowed_origins = list(ui, "allowedOrigins");
        config.host_header_fallback = flag("dangerouslyAllowHostHeaderOriginFallback");
        config.allow_insecure_auth = flag("allowInsecureAuth");
        config.disable_device_auth = flag("dangerouslyDisableDeviceAuth");
    }
    if let Some(nodes) = node.get("nodes") {
        config.node_allow = list(nodes, "allowCommands");
        config.node_deny = list(nodes, "denyCommands");
    }
    let Some(auth) = node.get("auth") else { return config };
    config.auth_mode = word(auth, "mode");
    config.token = secret(auth, "token", vars, problems);
    config.password = secret(auth, "password", vars, problems);
    config.rate_limit = auth.get("rateLimit").map(|limit| RateLimitConfig {
        max_attempts: limit.count("maxAttempts"),
        window_ms: limit.count("windowMs"),
        lockout_ms: limit.count("lockoutMs"),
        exempt_loopback: limit.flag("exemptLoopback"),
    });
    config.trusted_proxy = auth.get("trustedProxy").map(|proxy| TrustedProxyConfig {
        user_header: word(proxy, "userHeader").unwrap_or_default().to_ascii_lowercase(),
        required_headers: list(proxy, "requiredHeaders")
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect(),
        allow_users: list(proxy, "allowUsers"),
    });
    config
}

/// A secret in the clear or from the environment. One that is kept elsewhere is a problem: this
/// gateway asks no file and no command for it.
fn secret(node: Node<'_>, key: &str, vars: &env::Vars, problems: &mut Vec<Problem>) -> Option<Secret> {
    let node = node.get(key)?;
    // A written secret is never the name of a variable, however much it looks like one.
    if let Some(text) = node.text().map(str::trim)
        && node.unresolved().is_none()
        && !text.starts_with("secretref-env:")
    {
        return (!text.is_empty()).then(|| Secret::new(text));
    }
    let read = Key::read(node, vars, problems)?;
    if let KeySource::Reference { kind, .. } = &read.source {
        let problem = Problem::new(format!("a secret kept in a {kind} is not supported by provoke yet"));
        problems.push(problem.at(node.place()).hint("write it here, or as \"${NAME}\" of the environment"));
    }
    read.secret
}

/// The texts of a list, trimmed.
fn list(node: Node<'_>, key: &str) -> Vec<String> {
    let items = node.get(key).into_iter().flat_map(Node::items).filter_map(Node::text);
    items.map(str::trim).filter(|text| !text.is_empty()).take(LIST_MAX).map(str::to_owned).collect()
}
