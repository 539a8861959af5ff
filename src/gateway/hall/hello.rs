//! The text of hello-ok. What is the same for all is put into JSON once.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::machine::Hall;
use crate::gateway::desk::{ConnId, Desk, Guest};
use crate::gateway::frame::{StateVersion, event};
use crate::gateway::fresh::Now;
use crate::gateway::method::{EVENTS, TABLE};
use crate::gateway::settings::default_agent;
use crate::gateway::{COMPATIBLE_WITH, PROTOCOL};
use crate::moment::Moment;

/// What every hello-ok shows, as JSON already.
#[derive(Debug)]
pub(super) struct Catalog {
    features: Box<RawValue>,
    health: Box<RawValue>,
    /// The health event for one newcomer, without `seq`.
    health_event: String,
    presence: Option<Written>,
}

/// The presence list as it was written last.
#[derive(Debug)]
struct Written {
    at: Moment,
    json: Box<RawValue>,
    /// It has changed since.
    stale: bool,
}

/// How long a written presence list is shown, unless it changes: entries grow old and leave it.
const SHOWN: Duration = Duration::from_secs(1);

/// How long it is shown although it has changed, where so many are connected that it changes all
/// the time. Everybody hears of the change soon, so nothing is missed.
const SHOWN_STALE: Duration = Duration::from_millis(100);

/// From so many guests on.
const MANY: usize = 64;

impl Written {
    fn holds(&self, now: Moment, guests: usize) -> bool {
        let age = now.since(self.at);
        age < if !self.stale {
            SHOWN
        } else if guests >= MANY {
            SHOWN_STALE
        } else {
            Duration::ZERO
        }
    }
}

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
        if let Some(written) = &mut self.presence {
            written.stale = true;
        }
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
        let guests = self.guests.len();
        if self.catalog.presence.as_ref().is_none_or(|written| !written.holds(now.at, guests)) {
            let json = raw(&self.desk.presence(now));
            self.catalog.presence = Some(Written { at: now.at, json, stale: false });
        }
        let guest = self.guests.get(&conn);
        let is_admin = guest.is_some_and(Guest::is_admin);
        let limits = &self.settings.limits;
        let agent = default_agent(&self.settings.agents);
        let presence = self.catalog.presence.as_ref().map_or(RawValue::NULL, |written| &written.json);
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
                    uptime_ms: u64::try_from(now.at.since(self.began).as_millis()).unwrap_or(u64::MAX),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_list_is_written_anew_at_once_unless_it_changes_all_the_time() {
        let at = Moment::from_millis;
        let written = |stale| Written { at: at(1000), json: raw(&0), stale };
        let cases = [
            (false, 1, 1999, true),
            (false, 1, 2000, false),
            (true, 1, 1000, false),
            (true, MANY, 1099, true),
            (true, MANY, 1100, false),
        ];
        for (stale, guests, now, wanted) in cases {
            assert_eq!(written(stale).holds(at(now), guests), wanted, "{stale} {guests} {now}");
        }
    }
}
