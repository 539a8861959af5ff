//! How often a list is broadcast that many causes change.

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
}
