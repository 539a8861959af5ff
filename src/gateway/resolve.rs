//! From a config and what was given beside it to the settings of a gateway.

use std::time::Duration;

use super::settings::{
    AgentNote, AuthMode, ControlUi, Host, Limits, LocalUpgrade, NodeCommands, RateLimit, Settings,
    TrustedProxy,
};
use crate::config::{Agents, DEFAULT_AGENT, GatewayConfig, Heartbeat, Secret};
use crate::problem::{Problem, nearest};

/// The port where nothing says another.
pub const PORT: u16 = 18_789;

/// How often an agent has its heartbeat where nothing says so: the default agent only.
const HEARTBEAT: Duration = Duration::from_secs(30 * 60);

/// What is given beside the config.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The port, by argument or environment.
    pub port: Option<u16>,
    /// The shared token, by argument: goes before the config.
    pub token: Option<Secret>,
    /// The shared password, by argument: goes before the config.
    pub password: Option<Secret>,
    /// The shared token of the environment: comes after the config.
    pub env_token: Option<Secret>,
    /// The shared password of the environment: comes after the config.
    pub env_password: Option<Secret>,
    /// `OPENCLAW_HANDSHAKE_TIMEOUT_MS`.
    pub handshake_ms: Option<u64>,
    /// `OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP`.
    pub preauth_per_ip: Option<usize>,
    /// The switches.
    pub switches: Switches,
    /// The config file.
    pub config_path: String,
    /// The state folder.
    pub state_dir: String,
    /// The machine.
    pub host: Host,
}

/// What `--set` switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Switches {
    /// `pairing.localUpgrade`.
    pub local_upgrade: LocalUpgrade,
    /// `pairing.tokenAtRest`: whether tokens stand in `paired.json` as they are.
    pub plain_tokens: bool,
}

/// The switches, and what each may be; the first is the default.
const SWITCHES: [(&str, [&str; 2]); 2] =
    [("pairing.localUpgrade", ["connection", "ask"]), ("pairing.tokenAtRest", ["hash", "plain"])];

impl Switches {
    /// Sets one, from `KEY=VALUE`.
    ///
    /// # Errors
    /// There is no such switch, or it cannot be so.
    pub fn set(&mut self, text: &str) -> Result<(), Problem> {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        let (key, value) = (key.trim(), value.trim());
        let Some((_, values)) = SWITCHES.iter().find(|(name, _)| *name == key) else {
            let names = SWITCHES.map(|(name, _)| name);
            let hint = nearest(key, names).map_or_else(
                || format!("the switches are {}", names.join(" and ")),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(Problem::new(format!("there is no switch `{key}`")).hint(hint));
        };
        let Some(which) = values.iter().position(|known| *known == value) else {
            let problem = Problem::new(format!("`{key}` cannot be `{value}`"));
            return Err(problem.hint(format!("write {key}={} or {key}={}", values[0], values[1])));
        };
        match key {
            "pairing.localUpgrade" if which == 1 => self.local_upgrade = LocalUpgrade::Ask,
            "pairing.localUpgrade" => self.local_upgrade = LocalUpgrade::Connection,
            _ => self.plain_tokens = which == 1,
        }
        Ok(())
    }
}

/// The settings that a config and what was given beside it make together.
///
/// # Errors
/// The two do not make a gateway: an unknown auth mode, or a proxy without its header.
pub fn resolve(config: &GatewayConfig, given: &Given) -> Result<Settings, Problem> {
    let defaults = Limits::default();
    let limits = Limits {
        handshake: given.handshake_ms.map_or(defaults.handshake, Duration::from_millis),
        preauth_per_ip: given.preauth_per_ip.unwrap_or(defaults.preauth_per_ip),
        ..defaults
    };
    Ok(Settings {
        auth: auth(config, given)?,
        local_upgrade: given.switches.local_upgrade,
        rate_limit: config.rate_limit.map(|limit| {
            let usual = RateLimit::default();
            let most = limit.max_attempts.map(|most| u32::try_from(most).unwrap_or(u32::MAX).max(1));
            RateLimit {
                max_attempts: most.unwrap_or(usual.max_attempts),
                window: limit.window_ms.map_or(usual.window, Duration::from_millis),
                lockout: limit.lockout_ms.map_or(usual.lockout, Duration::from_millis),
                exempt_loopback: limit.exempt_loopback.unwrap_or(usual.exempt_loopback),
            }
        }),
        control_ui: ControlUi {
            allowed_origins: config.allowed_origins.clone(),
            host_header_fallback: config.host_header_fallback,
            allow_insecure_auth: config.allow_insecure_auth,
            disable_device_auth: config.disable_device_auth,
        },
        limits,
        trusted_proxies: config.trusted_proxies.clone(),
        port: given.port.or(config.port).unwrap_or(PORT),
        config_path: given.config_path.clone(),
        state_dir: given.state_dir.clone(),
        host: given.host.clone(),
        agents: config.agents.as_ref().map(agents).unwrap_or_default(),
        node_commands: NodeCommands { allow: config.node_allow.clone(), deny: config.node_deny.clone() },
    })
}

/// An argument goes before the config, the config before the environment. Where no mode is
/// written, a password alone makes it `password`; else it is `token`.
fn auth(config: &GatewayConfig, given: &Given) -> Result<AuthMode, Problem> {
    let first = |secrets: [&Option<Secret>; 3]| secrets.into_iter().flatten().next().cloned();
    let token = first([&given.token, &config.token, &given.env_token]);
    let password = first([&given.password, &config.password, &given.env_password]);
    let usual = if password.is_some() && token.is_none() { "password" } else { "token" };
    match config.auth_mode.as_deref().unwrap_or(usual) {
        "token" => Ok(AuthMode::Token(token)),
        "password" => Ok(AuthMode::Password(password)),
        "none" => Ok(AuthMode::None),
        "trusted-proxy" => {
            let Some(proxy) = config.trusted_proxy.as_ref().filter(|proxy| !proxy.user_header.is_empty())
            else {
                let hint = "set gateway.auth.trustedProxy.userHeader";
                return Err(
                    Problem::new("auth mode trusted-proxy needs the header that names the user").hint(hint)
                );
            };
            Ok(AuthMode::TrustedProxy(TrustedProxy {
                addresses: config.trusted_proxies.clone(),
                user_header: proxy.user_header.clone(),
                required_headers: proxy.required_headers.clone(),
                allow_users: proxy.allow_users.clone(),
            }))
        }
        other => {
            let hint = "gateway.auth.mode is token, password, none or trusted-proxy";
            Err(Problem::new(format!("there is no auth mode `{other}`")).hint(hint))
        }
    }
}

/// The agents as `health` tells of them.
fn agents(agents: &Agents) -> Vec<AgentNote> {
    let default = agents.default_agent();
    let usual = agents.defaults.heartbeat.as_ref();
    if agents.list.is_empty() {
        let id = DEFAULT_AGENT.to_owned();
        return vec![AgentNote { id, name: None, default: true, heartbeat_ms: heartbeat(None, usual) }];
    }
    // As soon as one agent has a heartbeat of its own, only those have one.
    let any = agents.list.iter().any(|agent| agent.heartbeat.is_some());
    let note = |agent: &crate::config::Agent| {
        let beats = if any { agent.heartbeat.is_some() } else { agent.id == default };
        AgentNote {
            id: agent.id.clone(),
            name: None,
            default: agent.id == default,
            heartbeat_ms: beats.then(|| heartbeat(agent.heartbeat.as_ref(), usual)).flatten(),
        }
    };
    agents.list.iter().map(note).collect()
}

/// How often, in milliseconds: as the agent says, or the defaults; `0m` and what is no duration are never.
fn heartbeat(own: Option<&Heartbeat>, usual: Option<&Heartbeat>) -> Option<u64> {
    let every = [own, usual].into_iter().flatten().find_map(|heartbeat| heartbeat.every.as_deref());
    let every = every.map_or(Some(HEARTBEAT), span)?;
    u64::try_from(every.as_millis()).ok().filter(|ms| *ms > 0)
}

/// A duration of the config: `30m`, `1h30m`, `2d`; a number alone counts minutes.
fn span(text: &str) -> Option<Duration> {
    let text = text.trim().to_ascii_lowercase();
    let mut rest = text.as_str();
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        let after = &rest[digits..];
        let length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        seconds += number
            * match &after[..length] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                "" if digits == text.len() => 60.0,
                _ => return None,
            };
        rest = &after[length..];
    }
    (!text.is_empty()).then(|| Duration::try_from_secs_f64(seconds).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn settings(text: &str, given: &Given) -> Result<Settings, Problem> {
        let env = BTreeMap::from([("T".to_owned(), "from-env-ref".to_owned())]);
        let config = crate::config::gateway(text, "openclaw.json", &env).expect("JSON5");
        assert_eq!(config.problems, []);
        resolve(&config, given)
    }

    #[test]
    fn the_secret_comes_from_the_argument_the_config_or_the_environment_in_this_order() {
        let secret = |text: &str| Some(Secret::new(text));
        let env = Given { env_token: secret("env"), ..Given::default() };
        let both = Given { token: secret("arg"), ..env.clone() };
        let word = Given { env_password: secret("word"), ..Given::default() };
        let cases = [
            ("{}", &Given::default(), AuthMode::Token(None)),
            ("{}", &env, AuthMode::Token(secret("env"))),
            ("{gateway:{auth:{token:'config'}}}", &env, AuthMode::Token(secret("config"))),
            ("{gateway:{auth:{token:'config'}}}", &both, AuthMode::Token(secret("arg"))),
            ("{gateway:{auth:{token:'${T}'}}}", &env, AuthMode::Token(secret("from-env-ref"))),
            (
                "{gateway:{auth:{token:{source:'env',provider:'default',id:'T'}}}}",
                &env,
                AuthMode::Token(secret("from-env-ref")),
            ),
            ("{}", &word, AuthMode::Password(secret("word"))),
            ("{gateway:{auth:{mode:'token'}}}", &word, AuthMode::Token(None)),
            ("{gateway:{auth:{mode:'none',token:'x'}}}", &word, AuthMode::None),
        ];
        for (text, given, wanted) in cases {
            assert_eq!(settings(text, given).map(|settings| settings.auth), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn ports_limits_and_browsers_are_read() {
        let text = "{gateway:{port:4000,mode:'local',auth:{rateLimit:{maxAttempts:2}},
            controlUi:{allowedOrigins:['https://a.example'],allowInsecureAuth:true}}}";
        let given = Given { handshake_ms: Some(50), ..Given::default() };
        let read = settings(text, &given).expect("it resolves");
        assert_eq!((read.port, read.limits.handshake), (4000, Duration::from_millis(50)));
        let limit = read.rate_limit.expect("it is configured");
        assert_eq!(
            (limit.max_attempts, limit.lockout, limit.exempt_loopback),
            (2, Duration::from_secs(300), true)
        );
        assert_eq!(read.control_ui.allowed_origins, ["https://a.example"]);
        assert!(read.control_ui.allow_insecure_auth && !read.control_ui.disable_device_auth);
        let given = Given { port: Some(5000), ..Given::default() };
        assert_eq!(settings(text, &given).map(|settings| settings.port), Ok(5000));
    }

    #[test]
    fn problems_have_their_place_and_show_no_secret() {
        let text = "{gateway:{port:'x',auth:{token:'hush-hush-hush',tokne:'y'}},models:{nope:1}}";
        let config = crate::config::gateway(text, "openclaw.json", &BTreeMap::new()).expect("JSON5");
        let told: Vec<String> = config.problems.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("openclaw.json:1:16, gateway.port: "), "{told:?}");
        assert!(told[1].contains("tokne") && !told.concat().contains("hush"), "{told:?}");
    }

    #[test]
    fn what_later_releases_add_is_told_and_left_aside() {
        let text = "{gateway:{mode:'local',bind:'lan',novel:{a:1},tls:{enabled:true},controlUi:{basePath:'/ui',shiny:1},
            reload:{mode:7}},logging:{colour:'red'},channels:{telegram:{botToken:'x',novel:true}},novel:{},
            plugins:{entries:{whatsapp:{enabled:true}}}}";
        let config = crate::config::gateway(text, "openclaw.json", &BTreeMap::new()).expect("JSON5");
        assert_eq!(config.problems, []);
        let told: Vec<&str> = config.notes.iter().filter_map(|note| note.place.path.as_deref()).collect();
        let wanted = [
            "gateway.reload.mode",
            "gateway.novel",
            "gateway.controlUi.shiny",
            "logging.colour",
            "gateway.bind",
            "gateway.tls.enabled",
            "gateway.controlUi.basePath",
        ];
        assert_eq!(told, wanted, "{:?}", config.notes);
        assert!(resolve(&config, &Given::default()).is_ok());
    }

    #[test]
    fn each_agent_has_its_heartbeat() {
        let cases = [
            ("{}", vec![Some(1_800_000)]),
            ("{agents:{defaults:{heartbeat:{every:'1h30m'}}}}", vec![Some(5_400_000)]),
            ("{agents:{defaults:{heartbeat:{every:'0m'}}}}", vec![None]),
            (
                "{agents:{defaults:{heartbeat:{every:'15'}},list:[{id:'a'},{id:'b',default:true}]}}",
                vec![None, Some(900_000)],
            ),
            (
                "{agents:{list:[{id:'a'},{id:'b',heartbeat:{every:'2d'}},{id:'c',heartbeat:{}},{id:'d',heartbeat:{every:'soon'}}]}}",
                vec![None, Some(172_800_000), Some(1_800_000), None],
            ),
        ];
        for (text, wanted) in cases {
            let read = settings(text, &Given::default()).expect("it resolves");
            let told: Vec<Option<u64>> = read.agents.iter().map(|agent| agent.heartbeat_ms).collect();
            assert_eq!(told, wanted, "{text}");
        }
    }

    #[test]
    fn switches_are_two_and_their_values_are_known() {
        let mut switches = Switches::default();
        assert!(
            switches.set("pairing.localUpgrade=ask").is_ok()
                && switches.set("pairing.tokenAtRest=plain").is_ok()
        );
        assert_eq!((switches.local_upgrade, switches.plain_tokens), (LocalUpgrade::Ask, true));
        let told = |text: &str| Switches::default().set(text).map_err(|problem| problem.to_string());
        assert!(told("pairing.localupgrade=ask").is_err_and(|told| told.contains("did you mean")));
        assert!(told("pairing.localUpgrade=maybe").is_err_and(|told| told.contains("connection")));
    }
}
