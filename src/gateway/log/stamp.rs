//! When a line was written, in UTC and as the wall clock showed it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

/// A moment, and how far the local clock is from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Milliseconds since 1970.
    pub ms: u64,
    /// Seconds east of UTC.
    pub offset_seconds: i32,
}

impl Stamp {
    /// A moment, on the clocks of a zone.
    #[must_use]
    pub fn in_zone(ms: u64, zone: &TimeZone) -> Self {
        Self { ms, offset_seconds: zone.to_offset(timestamp(ms)).seconds() }
    }

    /// As `2026-11-22T08:41:32.514Z`.
    #[must_use]
    pub fn utc(&self) -> String {
        format!("{:.3}", timestamp(self.ms))
    }

    /// As `2026-11-22T09:41:32.514+01:00`.
    #[must_use]
    pub fn local(&self) -> String {
        let time = timestamp(self.ms);
        let offset = self.offset();
        let seconds = offset.seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.unsigned_abs() / 60;
        format!("{:.3}{sign}{:02}:{:02}", offset.to_datetime(time), minutes / 60, minutes % 60)
    }

    /// The local date.
    #[must_use]
    pub fn date(&self) -> Date {
        self.offset().to_datetime(timestamp(self.ms)).date()
    }

    fn offset(&self) -> Offset {
        Offset::from_seconds(self.offset_seconds).unwrap_or(Offset::UTC)
    }
}

fn timestamp(ms: u64) -> Timestamp {
    i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_utc_and_as_the_wall_shows_it() {
        let stamp = Stamp { ms: 1_795_336_892_514, offset_seconds: -12_600 };
        assert_eq!(stamp.utc(), "2026-11-22T08:41:32.514Z");
        assert_eq!(stamp.local(), "2026-11-22T05:11:32.514-03:30");
        assert_eq!(Stamp { offset_seconds: 0, ..stamp }.local(), "2026-11-22T08:41:32.514+00:00");
        assert_eq!(Stamp { ms: 1_795_390_200_000, offset_seconds: 7200 }.date().to_string(), "2026-11-23");
        assert!(Stamp { ms: u64::MAX, offset_seconds: i32::MAX }.local().ends_with("+00:00"));
    }
}
