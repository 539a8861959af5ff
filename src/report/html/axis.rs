//! The time axis: round steps, and moments in words.

use crate::moment::Moment;

/// The most steps that an axis has.
const STEPS_MAX: u64 = 8;
/// Nanoseconds in a millisecond.
const MILLI: u64 = 1_000_000;
/// The round steps, in milliseconds; longer axes go by multiples of the last.
const ROUND: [u64; 21] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000,
    300_000, 600_000, 1_800_000, 3_600_000,
];

/// The time that a picture spans, and where it stands on it.
pub(super) struct Axis {
    /// The end, in nanoseconds; never 0.
    end: u64,
    /// The left edge and the width, in tenths of a unit.
    left: u64,
    width: u64,
}

impl Axis {
    /// An axis from 0 to `end`, drawn from `left` over `width` units.
    pub(super) fn new(end: Moment, left: u64, width: u64) -> Self {
        Self { end: end.nanos().max(MILLI), left: left * 10, width: width * 10 }
    }

    /// Where a moment stands, in tenths of a unit.
    pub(super) fn tenths(&self, at: Moment) -> u64 {
        let along = u128::from(at.nanos().min(self.end)) * u128::from(self.width) / u128::from(self.end);
        self.left + u64::try_from(along).unwrap_or(self.width)
    }

    /// The same, as SVG takes it.
    pub(super) fn x(&self, at: Moment) -> String {
        units(self.tenths(at))
    }

    /// The round moments that are marked.
    pub(super) fn steps(&self) -> Vec<Moment> {
        let least = self.end.div_ceil(STEPS_MAX);
        let round = ROUND.into_iter().map(|step| step * MILLI).find(|step| *step >= least);
        let longest = ROUND[ROUND.len() - 1] * MILLI;
        let step = round.unwrap_or_else(|| least.div_ceil(longest).saturating_mul(longest));
        (0..=self.end / step).map(|n| Moment::from_nanos(n * step)).collect()
    }
}

/// Tenths of a unit as a number: `12.3`, `12`.
pub(super) fn units(tenths: u64) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        tenth => format!("{}.{tenth}", tenths / 10),
    }
}

/// A moment in words: `0`, `85 ms`, `2.25 s`, `10 min`.
pub(super) fn spoken(at: Moment) -> String {
    let nanos = at.nanos();
    let micros = nanos / 1_000;
    match micros {
        0 => "0".to_owned(),
        1..1_000 => format!("{micros} µs"),
        1_000..10_000 => format!("{} ms", decimal(micros / 100, 1)),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..120_000_000 => format!("{} s", decimal(micros / 10_000, 2)),
        _ if micros.is_multiple_of(60_000_000) => format!("{} min", micros / 60_000_000),
        _ => format!("{} s", decimal(micros / 100_000, 1)),
    }
}

/// A number with so many digits behind the point, without zeros at its end.
fn decimal(number: u64, digits: u32) -> String {
    let one = 10_u64.pow(digits);
    let text = format!("{}.{:0width$}", number / one, number % one, width = digits as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_spoken_in_the_unit_that_people_use() {
        let micros = [0, 40, 1_500, 85_400, 2_250_000, 60_000_000, 61_300_000, 600_000_000, 125_340_000];
        assert_eq!(
            micros.map(|micros| spoken(Moment::from_nanos(micros * 1_000))),
            ["0", "40 µs", "1.5 ms", "85 ms", "2.25 s", "60 s", "61.3 s", "10 min", "125.3 s"]
        );
    }

    #[test]
    fn steps_are_round_and_few_and_the_ends_are_on_the_page() {
        for (end, count, step) in [(0, 2, 1), (7, 8, 1), (61_000, 7, 10_000), (u64::MAX / MILLI, 9, 0)] {
            let axis = Axis::new(Moment::from_millis(end), 8, 700);
            let steps = axis.steps();
            assert!(steps.len() <= 9 && (step == 0 || steps.len() == count), "{end}: {steps:?}");
            assert!(step == 0 || steps[1] == Moment::from_millis(step), "{end}: {steps:?}");
            assert_eq!(
                (axis.x(Moment::ZERO), axis.x(Moment::from_nanos(u64::MAX))),
                ("8".into(), "708".into())
            );
        }
    }
}
