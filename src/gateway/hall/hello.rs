//! The text of hello-ok. What is the same for all is put into JSON once.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::machine::Hall;
use crate::config::DEFAULT_AGENT;
use crate::gateway::desk::{ConnId, Desk};
use crate::gateway::frame::{StateVersion, event};
use crate::gateway::fresh::Now;
use crate::gateway::method::{EVENTS, TABLE};
use crate::gateway::{COMPATIBLE_WITH, PROTOCOL, scope};
use crate::moment::Moment;

/// What every hello-ok shows, as JSON already.
#[derive(Debug)]
pub(super) struct Catalog {
    features: Box<RawValue>,
    health: Box<RawValue>,
    /// The health event for one newcomer, without `seq`.
    health_event: String,
    /// `None`: the list has changed.
    presence: Option<(Moment, Box<RawValue>)>,
}

/// How long a written presence list is shown, unless it changes: entries grow old and leave it.
const PRESENCE_SHOWN: std::time::Duration = std::time::Duration::from_secs(1);

impl Catalog {
    pub(super) fn new(desk: &Desk, now: Now) -> Self {
        let methods: Vec<&str> =
            TABLE.iter().filter(|method| method.advertised).map(|method| method.name).collect();
        let features = raw(&Features { methods: &methods, events: &EVENTS });
        let health = desk.health(now);
        let health_event = event("health", &health, None, None);
        Self { features, health: raw(&health), health_event, presence: None }
    }

    /// Takes a new health answer in.
    pub(super) fn renew_health(&mut self, health: &Value, version: StateVersion) {
        self.health = raw(health);
        self.health_event = event("health", health, None, Some(version));
    }

    pub(super) fn health_event(&self) -> &str {
        &self.health_event
    }

    /// The presence list changed.
    pub(super) fn presence_changed(&mut self) {
        self.presence = None;
    }
}

#[derive(Serialize)]
struct Features<'a> {
    methods: &'a [&'a str],
    events: &'a [&'a str],
}

#[derive(Serialize)]
struct Frame<'a> {
    r#type: &'a str,
    id: &'a str,
    ok: bool,
    payload: HelloOk<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HelloOk<'a> {
    r#type: &'a str,
    protocol: u64,
    server: Server<'a>,
    features: &'a RawValue,
    snapshot: Snapshot<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<&'a Value>,
    policy: Policy,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Server<'a> {
    version: &'a str,
    conn_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot<'a> {
    presence: &'a RawValue,
    health: &'a RawValue,
    state_version: Version,
    uptime_ms: u64,
    session_defaults: SessionDefaults<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_dir: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_mode: Option<&'a str>,
}

#[derive(Serialize)]
struct Version {
    presence: u64,
    health: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionDefaults<'a> {
    default_agent_id: &'a str,
    main_key: &'a str,
    main_session_key: String,
    scope: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    max_payload: usize,
    max_buffered_bytes: usize,
    tick_interval_ms: u128,
}

impl Hall {
    /// hello-ok for somebody who was let in.
    pub(super) fn hello(&mut self, now: Now, conn: ConnId, request_id: &str, auth: Option<&Value>) -> String {
        let fresh = |written: Moment| now.at.since(written) < PRESENCE_SHOWN;
        if self.catalog.presence.as_ref().is_none_or(|(written, _)| !fresh(*written)) {
            self.catalog.presence = Some((now.at, raw(&self.desk.presence(now))));
        }
        let guest = self.guests.get(&conn);
        let is_admin = guest.is_some_and(|guest| {
            guest.role == scope::ROLE_OPERATOR && guest.scopes.iter().any(|s| s == scope::ADMIN)
        });
        let limits = &self.settings.limits;
        let agents = &self.settings.agents;
        let agent = agents.iter().find(|agent| agent.default).or_else(|| agents.first());
        let agent = agent.map_or(DEFAULT_AGENT, |agent| agent.id.as_str());
        let presence = self.catalog.presence.as_ref().map_or(RawValue::NULL, |(_, list)| list);
        let frame = Frame {
            r#type: "res",
            id: request_id,
            ok: true,
            payload: HelloOk {
                r#type: "hello-ok",
                protocol: PROTOCOL,
                server: Server {
                    version: COMPATIBLE_WITH,
                    conn_id: guest.map_or("", |guest| guest.conn_id.as_str()),
                },
                features: &self.catalog.features,
                snapshot: Snapshot {
                    presence,
                    health: &self.catalog.health,
                    state_version: Version { presence: self.version.presence, health: self.version.health },
                    uptime_ms: now.ms.saturating_sub(self.began.ms),
                    session_defaults: SessionDefaults {
                        default_agent_id: agent,
                        main_key: "main",
                        main_session_key: format!("agent:{agent}:main"),
                        scope: "per-sender",
                    },
                    config_path: is_admin.then_some(self.settings.config_path.as_str()),
                    state_dir: is_admin.then_some(self.settings.state_dir.as_str()),
                    auth_mode: is_admin.then_some(self.settings.auth.word()),
                },
                auth,
                policy: Policy {
                    max_payload: limits.payload,
                    max_buffered_bytes: limits.buffered,
                    tick_interval_ms: limits.tick.as_millis(),
                },
            },
        };
        serde_json::to_string(&frame).expect("strings, numbers and JSON become JSON")
    }
}

fn raw(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("strings, numbers and JSON become JSON")
}
