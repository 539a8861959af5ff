//! `config.*`: the config as it may be shown, and how it is changed.
//!
//! What is shown holds no secret in any branch, and no variable is filled in: `${NAME}` stays as it
//! is written. Of a reference `{source, provider, id}` the `id` is shown only where it is the name
//! of a variable. What a caller sends back redacted is put back from the file before anything is
//! judged or written.

mod change;
mod merge;
mod names;
mod pace;
mod redact;
mod restore;
mod schema;
mod show;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::config::ConfigError;
use crate::gateway::errand::{ConfigAsk, Errand};
use crate::gateway::frame::Refusal;
use crate::gateway::log::{Level, Line};
use crate::recording::Redactor;

use super::registry::Family;
use super::{Call, Desk, Effect, Reply, models, put, refuse, say, text};

pub use crate::gateway::digest::sha256_hex as hash;
pub(super) use pace::Pace;
pub use redact::{MARK, redact};
pub use restore::restore;

pub(super) const METHODS: Family = &[
    ("config.get", |_, _| Reply::Errand(Errand::ReadConfig(ConfigAsk::Get))),
    ("config.set", |_, call| {
        let (raw, base) = asked(call);
        Reply::Errand(Errand::ReadConfig(ConfigAsk::Set { raw, base }))
    }),
    ("config.apply", |desk, call| {
        let (raw, base) = asked(call);
        paced(desk, call, "config.apply", ConfigAsk::Set { raw, base })
    }),
    ("config.patch", |desk, call| {
        let (raw, base) = asked(call);
        paced(desk, call, "config.patch", ConfigAsk::Patch { raw, base })
    }),
    ("config.schema", |_, _| say(schema::whole())),
    ("config.schema.lookup", |_, call| {
        match schema::lookup(call.params["path"].as_str().unwrap_or_default()) {
            Some(found) => say(found),
            None => refuse("config schema path not found"),
        }
    }),
];

/// The config file as it is found.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its path, as shown.
    pub path: &'a str,
    /// Its bytes; `None`: there is no file.
    pub bytes: Option<&'a [u8]>,
}

/// What stands around the file.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The environment, for variables in the config.
    pub env: &'a BTreeMap<String, String>,
    /// Hides what has a secret's shape.
    pub redactor: &'a Redactor,
    /// Secrets that are known from elsewhere.
    pub secrets: &'a [String],
    /// The `models.json` of the default agent (its text, then its name).
    pub models_json: Option<(&'a str, &'a str)>,
}

/// What is to be written, if anything, and the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The new text of the file.
    pub write: Option<String>,
    /// The payload.
    pub payload: Value,
}

/// Decides what is shown of the file, or becomes of it.
///
/// # Errors
/// The refusal, in OpenClaw's words where it has any.
pub fn settle(file: File<'_>, ask: &ConfigAsk, scene: &Scene<'_>) -> Result<Settled, Refusal> {
    let shown = |payload| Ok(Settled { write: None, payload });
    match ask {
        ConfigAsk::Get => shown(show::get(file, scene)),
        ConfigAsk::Models => {
            let text = file.bytes.map(String::from_utf8_lossy).unwrap_or_else(|| "{}".into());
            let config = crate::config::load(&text, file.path, scene.env, scene.models_json);
            config.map_or_else(|error| Err(unreadable(&error)), |config| shown(models::payload(&config)))
        }
        ConfigAsk::Set { raw, base } => change::set(file, raw, base.as_deref(), scene),
        ConfigAsk::Patch { raw, base } => change::patch(file, raw, base.as_deref(), scene),
    }
}

fn unreadable(error: &ConfigError) -> Refusal {
    Refusal::invalid(format!("invalid config: {}", in_one_line(error)))
}

/// What a text is wrong for, with its place.
fn in_one_line(error: &ConfigError) -> String {
    error.to_string().replace("\n  help: ", "; ")
}

fn asked(call: &Call<'_>) -> (String, Option<String>) {
    (
        call.params["raw"].as_str().unwrap_or_default().to_owned(),
        text(call.params, "baseHash").map(str::to_owned),
    )
}

/// Changes that OpenClaw restarts for are not made faster than its callers are used to.
fn paced(desk: &mut Desk, call: &mut Call<'_>, method: &'static str, ask: ConfigAsk) -> Reply {
    let caller = call.caller;
    if let Err(wait) = desk.changes.take(caller, call.now.at) {
        let seconds = wait.as_millis().div_ceil(1000);
        let mut refusal =
            Refusal::unavailable(format!("rate limit exceeded for {method}; retry after {seconds}s"))
                .with(json!({"method": method, "limit": pace::WORDS}));
        refusal.retry_after_ms = u64::try_from(wait.as_millis()).ok();
        return Reply::Now(Err(refusal));
    }
    let device = caller.device_id.as_deref().unwrap_or("none");
    let message =
        format!("{method} asked client={} device={device} conn={}", caller.client.id, caller.conn_id);
    call.effects.push(Effect::Log(Line::new(Level::Info, "gateway", message)));
    Reply::Errand(Errand::ReadConfig(ask))
}

/// What `config.patch` and `config.apply` add to what became of the file. Nothing is restarted
/// here, so there is no sentinel file; what needs a restart is named.
pub(super) fn finish(method: &str, payload: Value, now_ms: u64) -> Value {
    let Value::Object(mut payload) = payload else { return payload };
    let Some(Value::Array(changed)) = payload.remove(CHANGED) else { return Value::Object(payload) };
    if method == "config.set" {
        return Value::Object(payload);
    }
    if payload.contains_key("noop") {
        // As OpenClaw orders them.
        let (path, config) = (payload["path"].take(), payload["config"].take());
        return json!({"ok": true, "noop": true, "path": path, "config": config});
    }
    let waits: Vec<Value> =
        changed.into_iter().filter(|path| path.as_str().is_some_and(change::needs_restart)).collect();
    let restart = Some(waits).filter(|waits| !waits.is_empty()).map(|waits| {
        json!({"ok": false, "reason": "provoke does not restart itself; restart it to apply these", "paths": waits})
    });
    put(&mut payload, "restart", restart);
    let sentinel = json!({
        "kind": method.replace('.', "-"), "status": "ok", "ts": now_ms, "message": null,
        "stats": {"mode": method, "root": payload["path"]},
    });
    payload.insert("sentinel".into(), json!({"path": null, "payload": sentinel}));
    Value::Object(payload)
}

/// The member by which [`settle`] tells [`finish`] what changed; it never reaches a caller.
const CHANGED: &str = "__changed";

/// The payload of a change.
fn changed(path: &str, config: Value, changed: &[String]) -> Value {
    let mut payload = Map::from_iter([("ok".to_owned(), true.into())]);
    payload.insert("path".into(), path.into());
    payload.insert("config".into(), config);
    payload.insert(CHANGED.into(), changed.into());
    Value::Object(payload)
}
