//! How fast one caller may change the config.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::gateway::desk::Guest;
use crate::moment::Moment;

/// So many changes within so much time.
const CHANGES: usize = 3;
const WINDOW: Duration = Duration::from_secs(60);

/// The same in words.
pub(super) const WORDS: &str = "3 per 60s";

/// The most callers that are counted; beyond, all of them count as one.
const CALLERS_MAX: usize = 1024;

/// The last changes of each caller, by its device and address.
#[derive(Debug, Clone, Default)]
pub(in crate::gateway::desk) struct Pace(BTreeMap<String, VecDeque<Moment>>);

impl Pace {
    /// Counts a change, or says how long to wait for it.
    pub(super) fn take(&mut self, caller: &Guest, now: Moment) -> Result<(), Duration> {
        self.0.retain(|_, times| {
            times.retain(|time| now.since(*time) < WINDOW);
            !times.is_empty()
        });
        let device = caller.device_id.as_deref().unwrap_or("no-device");
        let mut key = format!("{device}|{}", caller.remote_ip.as_deref().unwrap_or("local"));
        if self.0.len() >= CALLERS_MAX && !self.0.contains_key(&key) {
            key = String::new();
        }
        let times = self.0.entry(key).or_default();
        match times.front() {
            Some(first) if times.len() >= CHANGES => Err(WINDOW.saturating_sub(now.since(*first))),
            _ => {
                times.push_back(now);
                Ok(())
            }
        }
    }
}
