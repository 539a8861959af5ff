//! What people are told of the keys that they meet most.

/// What is said of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// A title.
    pub label: &'static str,
    /// What it does.
    pub help: &'static str,
    /// What it is about.
    pub tags: &'static [&'static str],
}

const fn row(
    path: &'static str,
    label: &'static str,
    help: &'static str,
    tags: &'static [&'static str],
) -> (&'static str, Hint) {
    (path, Hint { label, help, tags })
}

/// The hint of a path, and the path under which it stands (with `*` for any key).
#[must_use]
pub fn hint(path: &str) -> Option<(&'static str, Hint)> {
    let matches = |pattern: &str| {
        let (mut own, mut wanted) = (path.split('.'), pattern.split('.'));
        loop {
            match (own.next(), wanted.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || b == "*" => {}
                _ => return false,
            }
        }
    };
    HINTS.iter().find(|(pattern, _)| matches(pattern)).copied()
}

/// All hints, by path.
#[must_use]
pub fn hints() -> &'static [(&'static str, Hint)] {
    HINTS
}

static HINTS: &[(&str, Hint)] = &[
    row("agents", "Agents", "Who runs, with which models and limits.", &["agents"]),
    row(
        "agents.defaults",
        "Agent Defaults",
        "What holds for every agent that says nothing else.",
        &["agents"],
    ),
    row(
        "agents.defaults.model",
        "Default Model",
        "The model of an agent, and those to fall back on.",
        &["models"],
    ),
    row("agents.list", "Agent List", "Agents by id; what they say overrides the defaults.", &["agents"]),
    row("cron", "Cron", "Jobs that run at given times.", &["automation"]),
    row("discovery", "Discovery", "How others on the network find this gateway.", &["network"]),
    row(
        "discovery.mdns.mode",
        "mDNS Mode",
        "Whether the gateway announces itself on the local network.",
        &["network"],
    ),
    row("gateway", "Gateway", "The control plane: where it listens, and who may connect.", &["network"]),
    row("gateway.auth", "Gateway Auth", "How callers prove that they may connect.", &["auth", "security"]),
    row(
        "gateway.auth.mode",
        "Gateway Auth Mode",
        "Which proof is asked: a token, a password, a proxy's word, or none.",
        &["auth", "security"],
    ),
    row(
        "gateway.auth.token",
        "Gateway Token",
        "The secret that all callers share. Better a reference or ${NAME} than the token itself.",
        &["auth", "security"],
    ),
    row(
        "gateway.auth.password",
        "Gateway Password",
        "The password that all callers share.",
        &["auth", "security"],
    ),
    row(
        "gateway.auth.rateLimit",
        "Gateway Auth Rate Limit",
        "How many failures lock a caller out, and for how long.",
        &["auth", "security"],
    ),
    row(
        "gateway.bind",
        "Gateway Bind",
        "Which network may reach the gateway; loopback is this machine alone.",
        &["network"],
    ),
    row(
        "gateway.controlUi",
        "Control UI",
        "The browser interface, and the origins that it may come from.",
        &["ui"],
    ),
    row(
        "gateway.controlUi.allowedOrigins",
        "Allowed Origins",
        "Origins from which browsers may connect.",
        &["ui", "security"],
    ),
    row(
        "gateway.http.endpoints",
        "HTTP Endpoints",
        "OpenAI-compatible endpoints on the same port; off unless enabled.",
        &["network"],
    ),
    row(
        "gateway.mode",
        "Gateway Mode",
        "Whether the gateway runs on this machine or is reached elsewhere.",
        &["network"],
    ),
    row(
        "gateway.port",
        "Gateway Port",
        "The TCP port on which the gateway listens, for WebSocket and HTTP alike. A change needs a restart.",
        &["network"],
    ),
    row(
        "gateway.reload",
        "Config Reload",
        "What becomes of a running gateway when its config changes.",
        &["network"],
    ),
    row(
        "gateway.remote",
        "Remote Gateway",
        "The gateway that clients on this machine use instead of a local one.",
        &["network"],
    ),
    row(
        "gateway.tls",
        "Gateway TLS",
        "Whether the gateway speaks TLS itself, and with which certificate.",
        &["network", "security"],
    ),
    row(
        "gateway.trustedProxies",
        "Trusted Proxies",
        "Addresses of proxies whose forwarding headers are believed.",
        &["network", "security"],
    ),
    row("logging", "Logging", "What is written to the log file and to the console.", &["observability"]),
    row(
        "logging.consoleLevel",
        "Console Log Level",
        "From which level on lines go to the console.",
        &["observability"],
    ),
    row(
        "logging.file",
        "Log File",
        "A log file of its own, in place of one per day in the temporary folder.",
        &["observability"],
    ),
    row("logging.level", "Log Level", "From which level on lines go to the log file.", &["observability"]),
    row(
        "logging.maxFileBytes",
        "Log File Size",
        "The size at which a log file is set aside.",
        &["observability"],
    ),
    row("models", "Models", "Providers, and the models that they serve.", &["models"]),
    row(
        "models.mode",
        "Models Mode",
        "Whether generated providers live on beside those of the config.",
        &["models"],
    ),
    row("models.providers", "Model Providers", "Providers by id.", &["models"]),
    row("models.providers.*.api", "Provider API", "Which wire format the provider speaks.", &["models"]),
    row(
        "models.providers.*.apiKey",
        "Provider API Key",
        "The key of the provider. Better a reference or ${NAME} than the key itself.",
        &["auth", "security"],
    ),
    row(
        "models.providers.*.baseUrl",
        "Provider Base URL",
        "Where the provider answers.",
        &["models", "network"],
    ),
    row(
        "models.providers.*.models",
        "Provider Models",
        "The models that it serves, with their limits.",
        &["models"],
    ),
    row("update", "Update", "How new releases are looked for.", &["updates"]),
    row("update.channel", "Update Channel", "Which releases are offered.", &["updates"]),
    row(
        "update.checkOnStart",
        "Check on Start",
        "Whether a new release is looked for at every start.",
        &["updates"],
    ),
];
