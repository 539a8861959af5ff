//! What a gateway is told before it begins.

use std::time::Duration;

use crate::config::{DEFAULT_AGENT, Secret};

/// How callers prove that they know the gateway's secret (`gateway.auth.mode`).
#[derive(Debug, Clone, PartialEq)]
pub enum AuthMode {
    /// A shared token; `None` where none is configured.
    Token(Option<Secret>),
    /// A shared password; `None` where none is configured.
    Password(Option<Secret>),
    /// Nothing is asked.
    None,
    /// A proxy in front has authenticated the user.
    TrustedProxy(TrustedProxy),
}

impl AuthMode {
    /// The word in the config.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::Password(_) => "password",
            Self::None => "none",
            Self::TrustedProxy(_) => "trusted-proxy",
        }
    }
}

/// Whom to believe, and which header (lower case) names the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxy {
    /// Addresses of proxies, as text. Loopback addresses never count.
    pub addresses: Vec<String>,
    /// The header that names the user.
    pub user_header: String,
    /// Headers that must be there.
    pub required_headers: Vec<String>,
    /// Users that may pass; empty: all.
    pub allow_users: Vec<String>,
}

/// What a local caller with the shared secret gets beyond what its device was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum LocalUpgrade {
    /// What it asks, for this connection only. The device's grant stays as it is.
    #[default]
    Connection,
    /// Nothing: it must ask, and somebody must approve.
    Ask,
}

/// Bounds on failed authentication (`gateway.auth.rateLimit`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Failures within the window before the lock.
    pub max_attempts: u32,
    /// The window.
    pub window: Duration,
    /// How long the lock holds.
    pub lockout: Duration,
    /// Whether loopback is never locked.
    pub exempt_loopback: bool,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            max_attempts: 10,
            window: Duration::from_secs(60),
            lockout: Duration::from_secs(300),
            exempt_loopback: true,
        }
    }
}

/// Which browsers may connect (`gateway.controlUi`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ControlUi {
    /// Origins that may; `*` for all.
    pub allowed_origins: Vec<String>,
    /// Whether an origin that equals the Host header passes.
    pub host_header_fallback: bool,
    /// Whether a local Control UI may do without a device.
    pub allow_insecure_auth: bool,
    /// Whether the Control UI needs no device at all.
    pub disable_device_auth: bool,
}

/// Limits and intervals of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the open socket to hello-ok (`OPENCLAW_HANDSHAKE_TIMEOUT_MS`).
    pub handshake: Duration,
    /// A message before hello-ok, in bytes.
    pub preauth_payload: usize,
    /// A message after hello-ok, in bytes.
    pub payload: usize,
    /// Bytes that may wait for one slow socket.
    pub buffered: usize,
    /// Sockets per address before hello-ok (`OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP`).
    pub preauth_per_ip: usize,
    /// From tick to tick.
    pub tick: Duration,
    /// From one health refresh to the next.
    pub health: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            preauth_payload: 65_536,
            payload: 26_214_400,
            buffered: 52_428_800,
            preauth_per_ip: 32,
            tick: Duration::from_secs(30),
            health: Duration::from_secs(60),
        }
    }
}

/// All of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How callers authenticate.
    pub auth: AuthMode,
    /// The pairing switch `pairing.localUpgrade`.
    pub local_upgrade: LocalUpgrade,
    /// The general limit on failed authentication; `None` where none is configured.
    pub rate_limit: Option<RateLimit>,
    /// Browsers.
    pub control_ui: ControlUi,
    /// Limits.
    pub limits: Limits,
    /// Proxies in front (`gateway.trustedProxies`), whose `X-Forwarded-For` tells who a caller is: addresses
    /// and networks.
    pub trusted_proxies: Vec<String>,
    /// The port it listens on.
    pub port: u16,
    /// The config file, as shown to administrators.
    pub config_path: String,
    /// The state folder, as shown to administrators.
    pub state_dir: String,
    /// What the presence list says of the gateway itself.
    pub host: Host,
    /// The agents of the config; empty: `main` alone.
    pub agents: Vec<AgentNote>,
    /// Which commands nodes may be asked for, beside those of their platform.
    pub node_commands: NodeCommands,
}

/// Which commands nodes may be asked for (`gateway.nodes.allowCommands` and `.denyCommands`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeCommands {
    /// Beside those of the platform.
    pub allow: Vec<String>,
    /// In no case.
    pub deny: Vec<String>,
}

/// What `health`, `status` and `agents.list` say of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgentNote {
    /// Its id.
    pub id: String,
    /// A name for people.
    pub name: Option<String>,
    /// Whether it is meant where none is named.
    pub default: bool,
    /// From heartbeat to heartbeat, in milliseconds; `None`: it has none.
    pub heartbeat_ms: Option<u64>,
}

/// The id of the agent that is meant where none is named.
#[must_use]
pub fn default_agent(agents: &[AgentNote]) -> &str {
    let marked = agents.iter().find(|agent| agent.default);
    marked.or_else(|| agents.first()).map_or(DEFAULT_AGENT, |agent| agent.id.as_str())
}

/// The machine that the gateway runs on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its address.
    pub ip: String,
    /// As `linux 6.1`.
    pub platform: String,
    /// As `Linux`.
    pub family: String,
    /// As `x64`.
    pub model: String,
    /// The gateway's own device id (64 hex digits).
    pub device_id: String,
    /// The gateway's own public key (base64url).
    pub public_key: String,
}
