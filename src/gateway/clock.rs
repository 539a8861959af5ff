//! Tells a step of the wall clock from time that passed.
//!
//! What is stored carries wall time, so that every process and every reader of the files understands
//! it. A wall clock may be set, though, forward or back, by a minute or by a century; what was asked a
//! second ago is then still a second old.

use std::time::Duration;

use super::fresh::Now;
use crate::moment::Moment;

/// The least difference between the two clocks that counts as a step, in milliseconds. Less is a
/// clock that is being put right slowly, or a thread that was held up between two looks.
pub const STEP_MIN_MS: u64 = 2_000;

/// The wall clock as it was last seen, beside the clock that never steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    seen: Now,
}

/// A step of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leap {
    /// What it would say had it not stepped, in milliseconds since 1970.
    pub from_ms: u64,
    /// What it says, in milliseconds since 1970.
    pub to_ms: u64,
    /// When the clock that never steps began, by the wall clock as it is now: milliseconds since 1970. All
    /// processes of a machine come to the same, however late each of them looks; so they know a step again.
    pub base_ms: i64,
}

impl Clocks {
    /// The clocks as they are now.
    #[must_use]
    pub const fn new(now: Now) -> Self {
        Self { seen: now }
    }

    /// Whether the wall clock has stepped since it was last seen.
    #[must_use]
    pub fn leap(&self, now: Now) -> Option<Leap> {
        let from_ms = self.seen.ms.saturating_add(millis(now.at.since(self.seen.at)));
        let is_step = from_ms.abs_diff(now.ms) >= STEP_MIN_MS;
        is_step.then(|| Leap::new(from_ms, now.ms, millis(now.at.since(Moment::ZERO))))
    }

    /// Goes on from here.
    pub const fn see(&mut self, now: Now) {
        self.seen = now;
    }
}

impl Leap {
    /// A step that is seen so many milliseconds after the clock that never steps began.
    #[must_use]
    pub fn new(from_ms: u64, to_ms: u64, steady_ms: u64) -> Self {
        Self { from_ms, to_ms, base_ms: signed(to_ms).saturating_sub(signed(steady_ms)) }
    }

    /// A moment before the step, as the wall clock calls it now.
    #[must_use]
    pub const fn carry(self, ms: u64) -> u64 {
        if self.to_ms >= self.from_ms {
            ms.saturating_add(self.to_ms - self.from_ms)
        } else {
            ms.saturating_sub(self.from_ms - self.to_ms)
        }
    }
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAWN_MS: u64 = 1_795_336_955_000;

    fn at(millis: u64, ms: u64) -> Now {
        Now { at: Moment::from_millis(millis), ms }
    }

    #[test]
    fn a_step_is_what_the_steady_clock_does_not_account_for() {
        let clocks = Clocks::new(at(1000, DAWN_MS));
        let leap = |from_ms, to_ms| Some((from_ms, to_ms));
        let cases = [
            (1000, DAWN_MS, None),
            (61_000, DAWN_MS + 60_000, None),
            (2000, DAWN_MS + 2999, None),
            (2000, DAWN_MS - 999, None),
            (2000, DAWN_MS + 3000, leap(DAWN_MS + 1000, DAWN_MS + 3000)),
            (2000, DAWN_MS - 1000, leap(DAWN_MS + 1000, DAWN_MS - 1000)),
            (1000, 0, leap(DAWN_MS, 0)),
            (1000, u64::MAX, leap(DAWN_MS, u64::MAX)),
        ];
        for (millis, ms, wanted) in cases {
            let leap = clocks.leap(at(millis, ms));
            assert_eq!(leap.map(|leap| (leap.from_ms, leap.to_ms)), wanted, "{millis} {ms}");
        }
        // Whoever looks later knows the same step again.
        let base = |millis, ms| clocks.leap(at(millis, ms)).map(|leap| leap.base_ms);
        assert_eq!(base(2000, DAWN_MS + 61_000), base(500_000, DAWN_MS + 559_000));
        assert_ne!(base(2000, DAWN_MS + 61_000), base(2000, DAWN_MS + 71_000));
    }

    #[test]
    fn what_was_a_minute_ago_is_a_minute_ago() {
        for to_ms in [0, 60_000, DAWN_MS - 86_400_000, DAWN_MS + 86_400_000, u64::MAX] {
            let leap = Leap { from_ms: DAWN_MS, to_ms, base_ms: 0 };
            assert_eq!(leap.carry(DAWN_MS), to_ms);
            assert_eq!(leap.carry(DAWN_MS - 60_000), to_ms.saturating_sub(60_000));
        }
    }
}
