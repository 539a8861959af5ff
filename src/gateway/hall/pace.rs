//! How often something may happen: broadcasts that are gathered, changes of the config.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::moment::Moment;

/// The least time between two broadcasts of the same list.
const GAP: Duration = Duration::from_secs(1);

/// What each listener adds to it: so many sends a second, however many are connected.
const GAP_PER_GUEST: Duration = Duration::from_millis(1);

/// A broadcast that many causes ask for and that goes out at most once in a while.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pulse {
    last: Option<Moment>,
    due: Option<Moment>,
}

impl Pulse {
    /// Asks for it: at once, or when the last one is old enough.
    pub(super) fn ask(&mut self, now: Moment, guests: usize) {
        let each = GAP_PER_GUEST.saturating_mul(u32::try_from(guests).unwrap_or(u32::MAX));
        let earliest = self.last.map_or(now, |last| (last + GAP.max(each)).max(now));
        self.due.get_or_insert(earliest);
    }

    /// Whether it goes out now.
    pub(super) fn fire(&mut self, now: Moment) -> bool {
        let due = self.due.is_some_and(|due| due <= now);
        if due {
            *self = Self { last: Some(now), due: None };
        }
        due
    }

    pub(super) const fn due(&self) -> Option<Moment> {
        self.due
    }
}

/// Calls of [`PACED`] within [`WINDOW`], by device and address.
const CALLS_MAX: u32 = 3;

/// From the first call on.
const WINDOW: Duration = Duration::from_secs(60);

/// Callers that are remembered.
const CALLERS_MAX: usize = 1000;

/// The methods that change the gateway as a whole.
const PACED: [&str; 3] = ["config.apply", "config.patch", "update.run"];

/// Counts changes of the config by caller.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    callers: BTreeMap<String, (Moment, u32)>,
}

impl Changes {
    /// How long a caller must wait before it may call a method; `None` where it may now.
    pub(super) fn wait(&mut self, now: Moment, method: &str, caller: &str) -> Option<Duration> {
        if !PACED.contains(&method) {
            return None;
        }
        if self.callers.len() >= CALLERS_MAX {
            self.callers.retain(|_, (began, _)| now.since(*began) < WINDOW);
        }
        if self.callers.len() >= CALLERS_MAX && !self.callers.contains_key(caller) {
            return Some(WINDOW);
        }
        let (began, count) = self.callers.entry(caller.to_owned()).or_insert((now, 0));
        if now.since(*began) >= WINDOW {
            (*began, *count) = (now, 0);
        }
        if *count >= CALLS_MAX {
            return Some(WINDOW.saturating_sub(now.since(*began)));
        }
        *count += 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_goes_out_at_once_and_then_no_more_than_once_in_its_gap() {
        let at = Moment::from_millis;
        let mut pulse = Pulse::default();
        assert!(!pulse.fire(at(0)));
        pulse.ask(at(5), 1);
        assert!(pulse.fire(at(5)));
        pulse.ask(at(6), 1);
        pulse.ask(at(7), 1);
        assert_eq!(pulse.due(), Some(at(1005)));
        assert!(!pulse.fire(at(1004)));
        assert!(pulse.fire(at(1005)) && !pulse.fire(at(9000)));
        pulse.ask(at(2000), 10_000);
        assert_eq!(pulse.due(), Some(at(11_005)), "ten thousand listeners hear it every ten seconds");
    }

    #[test]
    fn the_fourth_change_in_a_minute_waits_and_the_callers_are_bounded() {
        let at = Moment::from_millis;
        let mut changes = Changes::default();
        for _ in 0..3 {
            assert_eq!(changes.wait(at(0), "config.patch", "a"), None);
        }
        assert_eq!(changes.wait(at(1000), "config.apply", "a"), Some(Duration::from_secs(59)));
        assert_eq!(changes.wait(at(1000), "config.get", "a"), None);
        assert_eq!(changes.wait(at(1000), "config.apply", "b"), None);
        assert_eq!(changes.wait(at(60_000), "config.apply", "a"), None);
        for caller in 0..5000 {
            changes.wait(at(1000), "update.run", &format!("{caller}"));
        }
        assert!(changes.callers.len() <= CALLERS_MAX);
    }
}
