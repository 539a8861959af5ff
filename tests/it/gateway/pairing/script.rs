//! Pairing told as a script: what is asked, and in one line each what came of it.
//!
//! ```yaml
//! title: what the case shows
//! row: 4
//! policy: ask
//! steps:
//!   - connect D operator.read:
//!       - admitted token T1 operator.read
//!   - approve R1: []
//! ```
//! A step is a verb, a device or request, scopes, and `key=value` words. Devices are letters, requests
//! `R1`, `R2`, … and tokens `T1`, `T2`, … in the order in which they show.

use std::collections::BTreeMap;

use provoke::config::Secret;
use provoke::gateway::frame::Refusal;
use provoke::gateway::fresh::Fresh;
use provoke::gateway::log::Level;
use provoke::gateway::pairing::{Answer, By, Bypass, Claim, Command, Connect, Proof, Step};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub(crate) use crate::gateway::guest::SIX;

/// The wall clock when a script begins.
pub(crate) const DAWN_MS: u64 = 1_795_336_954_000;

/// The id of a device that a script names.
pub(crate) fn device_id(name: &str) -> String {
    Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Chance for the n-th step.
pub(crate) fn chance(step: u64) -> Fresh {
    Fresh(Sha256::digest(step.to_be_bytes()).into())
}

/// A device's claim.
pub(crate) fn claim(name: &str) -> Claim {
    Claim {
        device_id: device_id(name),
        public_key: provoke::gateway::pairing::hash_of(name),
        platform: "linux".to_owned(),
        client_id: "cli".to_owned(),
        client_mode: "cli".to_owned(),
        ..Claim::default()
    }
}

/// A local caller with the shared token.
pub(crate) fn local(name: &str, scopes: &[&str]) -> Connect {
    Connect {
        claim: claim(name),
        role: "operator".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        proof: Proof::Token,
        device_token: None,
        device_token_explicit: false,
        bootstrap_token: None,
        local: true,
        may_be_silent: true,
        bypass: Bypass::No,
        conn: "c1".to_owned(),
        signed_v3: true,
    }
}

/// Names for what is long, in the order in which it shows.
#[derive(Debug, Default)]
pub(crate) struct Names {
    longs: BTreeMap<String, String>,
    requests: usize,
    tokens: usize,
}

impl Names {
    pub(crate) fn device(&mut self, name: &str) -> String {
        let id = device_id(name);
        self.longs.insert(id.clone(), name.to_owned());
        self.longs.insert(claim(name).public_key, format!("key-of-{name}"));
        id
    }

    fn request(&mut self, id: &str) -> String {
        if !self.longs.contains_key(id) {
            self.requests += 1;
            self.longs.insert(id.to_owned(), format!("R{}", self.requests));
        }
        self.longs[id].clone()
    }

    fn token(&mut self, token: &str) -> String {
        if !self.longs.contains_key(token) {
            self.tokens += 1;
            self.longs.insert(token.to_owned(), format!("T{}", self.tokens));
        }
        self.longs[token].clone()
    }

    /// What a script calls so.
    pub(crate) fn long(&self, name: &str) -> String {
        let found = self.longs.iter().find(|(_, short)| *short == name);
        found.map_or_else(|| name.to_owned(), |(long, _)| long.clone())
    }

    /// A text with every long thing by its name.
    pub(crate) fn shorten(&self, text: &str) -> String {
        self.longs.iter().fold(text.to_owned(), |text, (long, short)| text.replace(long.as_str(), short))
    }

    /// What came of a step, a line each.
    pub(crate) fn tell(&mut self, step: &Step) -> Vec<String> {
        for event in &step.events {
            self.request(event.payload["requestId"].as_str().unwrap_or("?"));
        }
        let mut lines = vec![self.answer(&step.answer)];
        for event in &step.events {
            let text = |key: &str| event.payload[key].as_str().unwrap_or_default();
            let what = match event.name {
                "device.pair.resolved" => text("decision").to_owned(),
                _ => format!("{} {}", text("role"), words(&event.payload["scopes"])),
            };
            let line = format!(
                "event {} {} {} {what}",
                event.name.trim_start_matches("device.pair."),
                text("requestId"),
                text("deviceId")
            );
            lines.push(self.shorten(line.trim_end()));
        }
        for line in &step.log {
            let level = match line.level {
                Level::Debug => "debug",
                Level::Info => "info",
                Level::Warn => "warn",
                Level::Error => "error",
            };
            lines.push(self.shorten(&format!("{level} {}", line.message)));
        }
        for (device, role) in &step.dropped {
            lines.push(self.shorten(&format!("drop {device} {}", role.as_deref().unwrap_or("*"))));
        }
        lines
    }

    fn answer(&mut self, answer: &Answer) -> String {
        match answer {
            Answer::Admitted { method, auth: None } => format!("admitted {method} without a record"),
            Answer::Admitted { method, auth: Some(auth) } => {
                let mut line = format!("admitted {method}");
                let more = auth["deviceTokens"].as_array().cloned().unwrap_or_default();
                for token in std::iter::once(auth).chain(&more) {
                    let name = self.token(token["deviceToken"].as_str().unwrap_or("?"));
                    line += &format!(" {name} {}", words(&token["scopes"]));
                }
                line.trim_end().to_owned()
            }
            Answer::Payload(payload) => {
                if let Some(token) = payload["token"].as_str() {
                    self.token(token);
                }
                self.shorten(&payload.to_string())
            }
            Answer::Refused(refusal) => {
                let details = refusal.details.clone().unwrap_or_default();
                let mut line = format!("{} {}", refusal.code.word(), refusal.message);
                if let Some(reason) = details["reason"].as_str() {
                    line += &format!(" ({reason})");
                }
                if let Some(id) = details["requestId"].as_str() {
                    line += &format!(" {}", self.request(id));
                }
                if details["unknownScopes"].is_array() {
                    line += &format!(" unknown {}", words(&details["unknownScopes"]));
                }
                self.shorten(&line)
            }
        }
    }

    /// A list as lines.
    pub(crate) fn state(&mut self, list: &Value) -> Vec<String> {
        let mut lines = Vec::new();
        for device in list["paired"].as_array().into_iter().flatten() {
            let name = device["deviceId"].as_str().unwrap_or_default();
            let mut line = format!("device {name} {} {}", words(&device["roles"]), words(&device["scopes"]));
            for token in device["tokens"].as_array().into_iter().flatten() {
                let gone = if token["revokedAtMs"].is_u64() { "revoked " } else { "" };
                let role = token["role"].as_str().unwrap_or_default();
                line = format!("{} | {gone}{role} {}", line.trim_end(), words(&token["scopes"]));
            }
            lines.push(self.shorten(line.trim_end()));
        }
        for ask in list["pending"].as_array().into_iter().flatten() {
            self.request(ask["requestId"].as_str().unwrap_or("?"));
            let text = |key: &str| ask[key].as_str().unwrap_or_default();
            let scopes = words(&ask["scopes"]);
            let line =
                format!("request {} {} {} {scopes}", text("requestId"), text("deviceId"), text("role"));
            lines.push(self.shorten(line.trim_end()));
        }
        lines
    }

    /// The command that a step's words mean.
    pub(crate) fn command(&mut self, text: &str) -> Command {
        let mut words = text.split_whitespace();
        let (verb, subject) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut scopes = Vec::new();
        let mut keys: BTreeMap<&str, &str> = BTreeMap::new();
        for word in words {
            match word.split_once('=') {
                Some((key, value)) => {
                    keys.insert(key, value);
                }
                None if word == "six" => scopes.extend(SIX.map(str::to_owned)),
                None => scopes.push(word.to_owned()),
            }
        }
        let role = keys.get("role").unwrap_or(&"operator").to_string();
        let by = self.by(keys.get("by").unwrap_or(&"six"));
        match verb {
            "connect" => Command::Connect(Box::new(self.connect(subject, scopes, role, &keys))),
            "list" => Command::List,
            "approve" => Command::Approve { request_id: self.long(subject), by },
            "reject" => Command::Reject { request_id: self.long(subject) },
            "remove" => Command::Remove { device_id: self.device(subject), by },
            "rotate" => {
                let scopes = (!scopes.is_empty()).then_some(scopes);
                Command::Rotate { device_id: self.device(subject), role, scopes, by }
            }
            "revoke" => Command::Revoke { device_id: self.device(subject), role, by },
            _ => panic!("no such step: {text}"),
        }
    }

    /// `by=D,operator.pairing`: a device, then scopes; no device where the first word is a scope.
    fn by(&mut self, text: &str) -> By {
        let mut by = By::default();
        for word in text.split(',') {
            match word {
                "six" => by.scopes.extend(SIX.map(str::to_owned)),
                scope if scope.contains('.') => by.scopes.push(scope.to_owned()),
                device => by.device_id = Some(self.device(device)),
            }
        }
        by
    }

    fn connect(
        &mut self,
        name: &str,
        scopes: Vec<String>,
        role: String,
        keys: &BTreeMap<&str, &str>,
    ) -> Connect {
        self.device(name);
        let mut ask = local(name, &[]);
        (ask.scopes, ask.role) = (scopes, role);
        let from = keys.get("from").copied().unwrap_or("local");
        ask.local = from != "remote";
        ask.may_be_silent = from == "local";
        if from == "remote" {
            ask.claim.remote_ip = Some("192.0.2.7".to_owned());
        }
        if let Some((id, mode)) = keys.get("as").and_then(|client| client.split_once('/')) {
            (ask.claim.client_id, ask.claim.client_mode) = (id.to_owned(), mode.to_owned());
        }
        if let Some(platform) = keys.get("platform") {
            ask.claim.platform = platform.replace('_', " ");
        }
        ask.claim.device_family = keys.get("family").map(|family| (*family).to_owned());
        ask.claim.display_name = keys.get("name").map(|name| (*name).to_owned());
        ask.bypass = match keys.get("bypass") {
            Some(&"backend") => Bypass::BackendSelf,
            Some(&"control-ui") => Bypass::ControlUi,
            _ => Bypass::No,
        };
        let due = Refusal::invalid("unauthorized: gateway token mismatch");
        ask.proof = match keys.get("proof").copied().unwrap_or("token") {
            "token" => Proof::Token,
            "password" => Proof::Password,
            "none" => Proof::Open,
            "proxy" => Proof::Proxy,
            _ => Proof::Pending(Box::new(due)),
        };
        if let Some(token) = keys.get("deviceToken").or_else(|| keys.get("tokenField")) {
            ask.device_token = Some(Secret::new(self.long(token)));
            ask.device_token_explicit = keys.contains_key("deviceToken");
        }
        ask.bootstrap_token = keys.get("bootstrap").map(|token| Secret::new(*token));
        ask
    }
}

/// A list of words with spaces between them.
fn words(list: &Value) -> String {
    let words = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    words.collect::<Vec<_>>().join(" ")
}
