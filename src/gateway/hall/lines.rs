//! The lines that the hall writes to the log, in the words of OpenClaw.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Output;
use super::seat::{Conn, Stranger};
use crate::gateway::desk::Guest;
use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Now;
use crate::gateway::handshake::{Introduction, Upgrade};
use crate::gateway::json;
use crate::gateway::log::{Level, Line};

/// The part of the gateway that speaks here.
const WS: &str = "gateway/ws";

/// What a caller sent may stand in a line up to this many characters.
const SHOWN_MAX: usize = 300;

/// An answer that took longer is worth a line of its own.
const SLOW: Duration = Duration::from_millis(50);

/// Words of a caller as they may stand in a line: no control characters, not endless.
pub(super) fn tame(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN_MAX).collect()
}

/// A header as it stands in a line.
fn header(upgrade: &Upgrade, name: &str) -> String {
    upgrade.header(name).filter(|value| !value.is_empty()).map_or_else(|| "n/a".to_owned(), tame)
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "n/a".to_owned() } else { tame(text) }
}

/// `abcdefgh…wxyz`.
fn short(id: &str) -> String {
    let count = id.chars().count();
    if count <= 12 {
        return tame(id);
    }
    let (head, tail): (String, String) = (id.chars().take(8).collect(), id.chars().skip(count - 4).collect());
    tame(&format!("{head}…{tail}"))
}

/// Who a caller said it was.
#[derive(Debug, Default)]
pub(super) struct Shown {
    client: String,
    mode: String,
    version: String,
    role: String,
    scopes: u64,
    auth: String,
    device: bool,
    platform: String,
    instance: String,
}

impl Shown {
    /// By what the handshake noted of it.
    pub(super) fn of_meta(meta: &Value) -> Self {
        let word = |key: &str| meta[key].as_str().map(tame).unwrap_or_default();
        Self {
            client: word("client"),
            mode: word("mode"),
            version: word("version"),
            role: word("role"),
            scopes: meta["scopeCount"].as_u64().unwrap_or_default(),
            auth: word("authProvided"),
            device: meta["hasDeviceIdentity"] == true,
            platform: word("platform"),
            instance: word("instanceId"),
        }
    }

    /// By what the handshake understood.
    pub(super) fn of_intro(intro: &Introduction) -> Self {
        let client = &intro.client;
        Self {
            client: tame(&client.id),
            mode: tame(&client.mode),
            version: tame(&client.version),
            role: tame(&intro.role),
            scopes: intro.scopes.len() as u64,
            auth: intro.method.to_owned(),
            device: true,
            platform: tame(&client.platform),
            instance: client.instance_id.as_deref().map(tame).unwrap_or_default(),
        }
    }
}

/// The word for a failed authentication, if a refusal is one.
pub(super) fn auth_reason(refusal: &Refusal) -> Option<&str> {
    refusal.details.as_ref()?["authReason"].as_str()
}

/// What is known of a failed handshake: what the handshake noted, and the frame.
pub(super) fn failure(known: Value, text: &str) -> Value {
    let frame = json::read(text).unwrap_or_default();
    let mut meta = match known {
        Value::Object(meta) => meta,
        _ => Map::new(),
    };
    for (key, name) in [("type", "lastFrameType"), ("method", "lastFrameMethod"), ("id", "lastFrameId")] {
        if let Some(word) = frame[key].as_str() {
            meta.insert(name.to_owned(), tame(word).into());
        }
    }
    Value::Object(meta)
}

/// What is known of a connect that the book refused.
pub(super) fn pairing_failure(device: &str, request_id: &str, refusal: &Refusal) -> Value {
    let mut meta = json!({
        "cause": if auth_reason(refusal).is_some() { "unauthorized" } else { "pairing-required" },
        "lastFrameType": "req",
        "lastFrameMethod": "connect",
        "lastFrameId": tame(request_id),
        "deviceId": device,
    });
    for key in ["requestId", "reason"] {
        if let Some(value) = refusal.details.as_ref().and_then(|details| details.get(key)) {
            meta[key] = value.clone();
        }
    }
    meta
}

/// `unauthorized …`.
pub(super) fn unauthorized(conn: &str, upgrade: &Upgrade, shown: &Shown, reason: &str) -> Output {
    let Shown { client, mode, version, role, scopes, auth, platform, instance, .. } = shown;
    let device = if shown.device { "yes" } else { "no" };
    let message = format!(
        "unauthorized conn={conn} peer={} remote={} client={} {} v{} role={} scopes={scopes} auth={auth} \
         device={device} platform={} instance={} host={} origin={} ua={} reason={reason}",
        upgrade.peer,
        upgrade.peer_ip,
        or_none(client),
        or_none(mode),
        or_none(version),
        or_none(role),
        or_none(platform),
        or_none(instance),
        header(upgrade, "host"),
        header(upgrade, "origin"),
        header(upgrade, "user-agent"),
    );
    Output::Log(Line::new(Level::Warn, WS, message))
}

/// `closed before connect …`, with what is known beside it.
pub(super) fn closed_before_connect(
    now: Now,
    conn: &Conn,
    stranger: &Stranger,
    code: u16,
    reason: &str,
) -> Output {
    let upgrade = &stranger.upgrade;
    let message = format!(
        "closed before connect conn={} peer={} remote={} fwd={} origin={} host={} ua={} code={code} reason={}",
        conn.id,
        upgrade.peer,
        upgrade.peer_ip,
        header(upgrade, "x-forwarded-for"),
        header(upgrade, "origin"),
        header(upgrade, "host"),
        header(upgrade, "user-agent"),
        or_none(reason),
    );
    let mut meta = match stranger.meta.clone() {
        Value::Object(meta) => meta,
        _ => Map::new(),
    };
    let handshake = if meta.is_empty() { "pending" } else { "failed" };
    meta.insert("handshake".into(), handshake.into());
    let took = now.at.since(conn.opened.at).as_millis();
    meta.insert("durationMs".into(), u64::try_from(took).unwrap_or(u64::MAX).into());
    meta.insert("host".into(), header(upgrade, "host").into());
    meta.insert("endpoint".into(), upgrade.peer.as_str().into());
    let (remote, local) = upgrade.peer.split_once("->").unwrap_or((&upgrade.peer, ""));
    for (end, name) in [(remote, "remote"), (local, "local")] {
        if let Some((address, port)) = end.rsplit_once(':') {
            meta.insert(format!("{name}Addr"), address.into());
            meta.insert(format!("{name}Port"), port.parse::<u16>().unwrap_or_default().into());
        }
    }
    let line = Line::new(Level::Warn, WS, message);
    Output::Log(Line { meta: Some(Value::Object(meta)), ..line })
}

/// Somebody who was let in is gone.
pub(super) fn closed(conn: &str, code: u16, reason: &str) -> Output {
    let message = format!("closed conn={conn} code={code} reason={}", or_none(reason));
    Output::Log(Line::new(Level::Debug, WS, message))
}

/// Somebody was let in.
pub(super) fn connected(guest: &Guest, method: &str) -> Output {
    let Guest { conn_id, client, role, scopes, .. } = guest;
    let remote = guest.remote_ip.as_deref().unwrap_or("local");
    let message = format!(
        "connected conn={conn_id} remote={remote} client={} {} v{} role={} scopes={} auth={method}",
        tame(&client.id),
        tame(&client.mode),
        tame(&client.version),
        tame(role),
        scopes.len()
    );
    Output::Log(Line::new(Level::Debug, WS, message))
}

/// `handshake timeout …`.
pub(super) fn handshake_timeout(conn: &str) -> Output {
    Output::Log(Line::new(Level::Warn, WS, format!("handshake timeout conn={conn}")))
}

/// `⇄ res …`: of interest where it says no or took long.
pub(super) fn res(
    method: &str,
    took: Option<Duration>,
    conn: &str,
    id: &str,
    error: Option<&Refusal>,
) -> Output {
    let sign = if error.is_some() { '✗' } else { '✓' };
    let took = took.unwrap_or_default();
    let words = error.map_or_else(String::new, |refusal| {
        format!(" errorCode={} errorMessage={}", refusal.code.word(), tame(&refusal.message))
    });
    let message =
        format!("⇄ res {sign} {method} {}ms{words} conn={} id={}", took.as_millis(), short(conn), short(id));
    let level = if error.is_some() || took >= SLOW { Level::Info } else { Level::Debug };
    Output::Log(Line::new(level, WS, message))
}
