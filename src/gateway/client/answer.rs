//! What a gateway says, as far as a client needs to understand it.

use std::time::Duration;

use serde_json::Value;

use super::key::KeptToken;
use crate::config::Secret;

/// How often a gateway ticks that does not say it.
const TICK_DEFAULT: Duration = Duration::from_secs(30);
/// The slowest tick that is believed.
const TICK_MAX: Duration = Duration::from_secs(3600);
/// Of a frame that is not understood, so many characters are shown.
const QUOTED_MAX: usize = 80;

/// A text message of a gateway.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// An answer to a request.
    Response {
        /// To which.
        id: String,
        /// The payload, or why not.
        result: Result<Value, Denial>,
    },
    /// An event.
    Event {
        /// Which.
        name: String,
        /// Its payload.
        payload: Value,
    },
    /// Neither; what it was.
    Strange(String),
}

/// An answer that says no.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Denial {
    /// The code, such as `INVALID_REQUEST`.
    pub code: String,
    /// The words.
    pub message: String,
    /// More for machines.
    pub details: Value,
}

impl Denial {
    /// `details.code`, such as `PAIRING_REQUIRED`; empty where there is none.
    #[must_use]
    pub fn detail_code(&self) -> &str {
        self.details["code"].as_str().unwrap_or_default()
    }
}

/// Reads a text message.
#[must_use]
pub fn read(text: &str) -> Heard {
    let strange = |what: &str| {
        let start: String = text.chars().take(QUOTED_MAX).collect();
        Heard::Strange(format!("{what}: {}", start.escape_debug()))
    };
    let Ok(mut frame) = serde_json::from_str::<Value>(text) else { return strange("not JSON") };
    let payload = |frame: &mut Value| frame.get_mut("payload").map(Value::take).unwrap_or_default();
    match frame["type"].as_str() {
        Some("event") => match frame["event"].as_str().map(str::to_owned) {
            Some(name) => Heard::Event { name, payload: payload(&mut frame) },
            None => strange("an event without a name"),
        },
        Some("res") => match frame["id"].as_str().map(str::to_owned) {
            Some(id) => {
                let result = if frame["ok"] == true { Ok(payload(&mut frame)) } else { Err(denial(&frame)) };
                Heard::Response { id, result }
            }
            None => strange("an answer to nothing"),
        },
        _ => strange("no frame of the gateway protocol"),
    }
}

fn denial(frame: &Value) -> Denial {
    let error = &frame["error"];
    let word = |name: &str, other: &str| error[name].as_str().unwrap_or(other).to_owned();
    Denial {
        code: word("code", "UNAVAILABLE"),
        message: word("message", "refused without a word"),
        details: error["details"].clone(),
    }
}

/// A gateway that has let us in.
#[derive(Debug, Clone, PartialEq)]
pub struct Hello {
    /// The version that it claims.
    pub version: Option<String>,
    /// What it calls the connection.
    pub conn_id: Option<String>,
    /// From tick to tick.
    pub tick: Duration,
    /// The device token that it hands out, with its role.
    pub token: Option<(String, KeptToken)>,
    /// How callers authenticate; told to administrators only.
    pub auth_mode: Option<String>,
}

impl Hello {
    /// Reads the payload of an answered `connect`.
    ///
    /// # Errors
    /// It is none; what is missing.
    pub fn read(payload: &Value) -> Result<Self, String> {
        if payload["type"] != "hello-ok" {
            return Err("the answer to connect is no hello-ok".to_owned());
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let tick = payload["policy"]["tickIntervalMs"].as_u64().filter(|ms| *ms > 0);
        let auth = &payload["auth"];
        let token = auth["deviceToken"].as_str().filter(|token| !token.is_empty()).map(|token| {
            let scopes = auth["scopes"].as_array().into_iter().flatten();
            let scopes = scopes.filter_map(text).collect();
            let role = auth["role"].as_str().unwrap_or(crate::gateway::scope::ROLE_OPERATOR).to_owned();
            (role, KeptToken { token: Secret::new(token), scopes })
        });
        Ok(Self {
            version: text(&payload["server"]["version"]),
            conn_id: text(&payload["server"]["connId"]),
            tick: tick.map_or(TICK_DEFAULT, Duration::from_millis).min(TICK_MAX),
            token,
            auth_mode: text(&payload["snapshot"]["authMode"]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn frames_are_told_apart() {
        let hello = json!({"type": "res", "id": "1", "ok": true, "payload": {"a": 1}}).to_string();
        assert_eq!(read(&hello), Heard::Response { id: "1".to_owned(), result: Ok(json!({"a": 1})) });
        let event = r#"{"type":"event","event":"tick"}"#;
        assert_eq!(read(event), Heard::Event { name: "tick".to_owned(), payload: Value::Null });
        let no =
            r#"{"type":"res","id":"2","ok":false,"error":{"code":"C","message":"m","details":{"code":"D"}}}"#;
        let Heard::Response { result: Err(denial), .. } = read(no) else { panic!("{:?}", read(no)) };
        assert_eq!((denial.code.as_str(), denial.message.as_str(), denial.detail_code()), ("C", "m", "D"));
        for (text, words) in [
            ("<html>", "not JSON"),
            ("{}", "no frame"),
            (r#"{"type":"res"}"#, "answer to nothing"),
            (r#"{"type":"event"}"#, "without a name"),
        ] {
            let Heard::Strange(what) = read(text) else { panic!("{text}") };
            assert!(what.starts_with(words) || what.contains(words), "{what}");
        }
    }

    #[test]
    fn the_least_hello_will_do() {
        let least = json!({"type": "hello-ok", "protocol": 3, "policy": {"tickIntervalMs": 500}});
        let hello = Hello::read(&least).unwrap();
        assert_eq!((hello.tick, hello.token, hello.version), (Duration::from_millis(500), None, None));
        assert!(Hello::read(&json!({})).is_err());
    }

    proptest! {
        #![proptest_config(crate::chance::tries(256))]
        #[test]
        fn any_text_is_read(text in "(\\{\"type\":\"(res|event)\",)?.{0,120}") {
            let _ = read(&text);
        }
    }
}
