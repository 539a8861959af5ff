//! The journal: what was asked of the mock, redacted and bounded.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::moment::Moment;
use crate::recording::{RequestBytes, redact::Redactor};

/// The most bytes of all entries together; the oldest go first.
const JOURNAL_MAX: usize = 4 << 20;

/// The most bytes of one body; what is behind them is counted, not kept.
const BODY_MAX: usize = 64 << 10;

/// How many bytes behind a cut are looked at, so that a secret that lies on it is seen.
const EDGE: usize = 4 << 10;

/// What was done with a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done<'a> {
    /// The id that the answer carries.
    pub(super) id: &'a str,
    /// The status; `None` where nothing was answered.
    pub(super) status: Option<u16>,
    /// The mock that answered, where one did.
    pub(super) mock: Option<&'a str>,
}

/// What was asked, in order. Off, it keeps nothing and costs nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal {
    /// Present while it is on.
    redactor: Option<Redactor>,
    entries: VecDeque<String>,
    bytes: usize,
    dropped: u64,
}

impl Journal {
    /// Switches it on; what was kept stays.
    pub(super) fn start(&mut self) {
        self.redactor.get_or_insert_default();
    }

    /// Forgets everything and switches it off.
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    pub(super) const fn is_on(&self) -> bool {
        self.redactor.is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn add(&mut self, request: &RequestBytes, now: Moment, done: Done<'_>) {
        let Some(redactor) = &self.redactor else { return };
        let headers = request.headers.iter().map(|(name, value)| json!([name, redactor.header(name, value)]));
        // Redacted before it is cut, or half a secret would not be known as one.
        let start = request.body.len().min(BODY_MAX + EDGE);
        let body = redactor.bytes(&request.body[..start]);
        let entry = json!({
            "id": done.id,
            "at_ms": u64::try_from(now.since(Moment::ZERO).as_millis()).unwrap_or(u64::MAX),
            "method": request.method,
            "path": redactor.path(&request.path),
            "headers": headers.collect::<Vec<_>>(),
            "body": String::from_utf8_lossy(&body[..body.len().min(BODY_MAX)]),
            "body_bytes": request.body.len(),
            "mock": done.mock,
            "status": done.status,
        });
        let entry = entry.to_string();
        self.bytes += entry.len();
        self.entries.push_back(entry);
        while self.bytes > JOURNAL_MAX {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.len();
            self.dropped += 1;
        }
    }

    /// The journal as one JSON document.
    pub(super) fn document(&self) -> String {
        let entries: Vec<&str> = self.entries.iter().map(String::as_str).collect();
        let (on, dropped) = (Value::from(self.is_on()), self.dropped);
        format!(r#"{{"on":{on},"dropped":{dropped},"entries":[{}]}}"#, entries.join(","))
    }
}
