//! A line of the gateway's log file, as people read it.
//!
//! Source: the log files of OpenClaw 2026.4.12: positional arguments under `0`, `1`, …, facts under `_meta`.

use serde_json::{Value, json};

/// So many positional arguments are looked at.
const ARGUMENTS_MAX: usize = 32;

/// A line, as far as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When, as it was written.
    pub time: Option<String>,
    /// The level in lower case.
    pub level: Option<String>,
    /// The part of the gateway.
    pub subsystem: Option<String>,
    /// A part of that part.
    pub module: Option<String>,
    /// The words.
    pub message: String,
    /// The line itself.
    pub raw: String,
}

/// Reads a line; `None` where it is no JSON object.
#[must_use]
pub fn read(raw: &str) -> Option<LogLine> {
    let value: Value = serde_json::from_str(raw).ok()?;
    let line = value.as_object()?;
    let meta = &value["_meta"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let name: Value =
        meta["name"].as_str().and_then(|name| serde_json::from_str(name).ok()).unwrap_or_default();
    let mut numbered: Vec<(u32, &Value)> = line
        .iter()
        .filter_map(|(key, value)| key.parse().ok().map(|number| (number, value)))
        .take(ARGUMENTS_MAX)
        .collect();
    numbered.sort_by_key(|(number, _)| *number);
    let words = numbered.into_iter().filter_map(|(_, value)| match value {
        // The name is told apart already.
        Value::String(word) if meta["name"] == word.as_str() => None,
        Value::String(word) if word.is_empty() => None,
        Value::String(word) => Some(word.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    });
    Some(LogLine {
        time: text(&value["time"]).or_else(|| text(&meta["date"])),
        level: text(&meta["logLevelName"]).map(|level| level.to_lowercase()),
        subsystem: text(&name["subsystem"]),
        module: text(&name["module"]),
        message: words.collect::<Vec<_>>().join(" "),
        raw: raw.to_owned(),
    })
}

impl LogLine {
    /// As `logs --json` prints it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut out = json!({"type": "log"});
        let fields = [
            ("time", &self.time),
            ("level", &self.level),
            ("subsystem", &self.subsystem),
            ("module", &self.module),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                out[name] = value.as_str().into();
            }
        }
        out["message"] = self.message.as_str().into();
        out["raw"] = self.raw.as_str().into();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_taken_apart() {
        let raw = concat!(
            r#"{"0":"{\"subsystem\":\"gateway/ws\"}","1":"hello","2":{"a":1},"#,
            r#""_meta":{"name":"{\"subsystem\":\"gateway/ws\"}","date":"D","logLevelName":"WARN"},"time":"T"}"#
        );
        let line = read(raw).unwrap();
        assert_eq!(line.message, r#"hello {"a":1}"#);
        assert_eq!((line.time.as_deref(), line.level.as_deref()), (Some("T"), Some("warn")));
        assert_eq!(line.to_json()["subsystem"], "gateway/ws");
        assert_eq!(read("no JSON"), None);
        assert_eq!(read(r#"{"0":"alone"}"#).unwrap().message, "alone");
    }

    proptest! {
        #![proptest_config(crate::chance::tries(256))]
        #[test]
        fn any_line_is_read(text in "(\\{\"0\":)?.{0,120}") {
            let _ = read(&text);
        }
    }
}
