//! Words and counts that several formats share.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::verdict::{Run, State, Verdict};

/// The cause of an answer that came from elsewhere than asked.
pub(super) const MASKED: &str = "fallback.masks-primary";

/// `1 case`, `2 cases`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `12,345`; what has more than twelve digits as `1.2e15`.
pub(super) fn grouped(count: u128) -> String {
    let digits = count.to_string();
    if digits.len() > 12 {
        return format!("{}.{}e{}", &digits[..1], &digits[1..2], digits.len() - 1);
    }
    let first = digits.len() % 3;
    let mut out = digits[..first].to_owned();
    for at in (first..digits.len()).step_by(3) {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&digits[at..at + 3]);
    }
    out
}

/// `10 pass, 2 fail`: what there is, in the order of the verdicts.
pub(super) fn totals(totals: &BTreeMap<Verdict, u32>) -> String {
    let some = totals.iter().filter(|(_, count)| **count > 0);
    some.map(|(verdict, count)| format!("{count} {}", verdict.name())).collect::<Vec<_>>().join(", ")
}

/// How many models are in each state, by the worst that was observed of them.
pub(super) fn states(run: &Run) -> BTreeMap<State, usize> {
    let mut states = BTreeMap::new();
    for worst in run.matrix().iter().filter_map(|row| row.observed.first()) {
        *states.entry(worst.state).or_default() += 1;
    }
    states
}

/// How many models only seemed to answer, since their fallback did.
pub(super) fn masked(run: &Run) -> usize {
    let cases = run.cases.iter().filter(|case| case.verdict != Verdict::Skip);
    let hidden = cases.filter(|case| case.findings.iter().any(|finding| finding.cause == MASKED));
    hidden.map(|case| (&case.provider, &case.model)).collect::<BTreeSet<_>>().len()
}

/// `340 ms`, `2.1 s`, `3 min 5 s`.
pub(super) fn spoken(time: Duration) -> String {
    match time.as_millis() {
        ms @ 0..1_000 => format!("{ms} ms"),
        ms @ 1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        ms => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands_while_they_are_short() {
        let all = [0, 999, 1_000, 123_456, 999_999_999_999, 1_234_567_890_123, u128::MAX];
        let said = ["0", "999", "1,000", "123,456", "999,999,999,999", "1.2e12", "3.4e38"];
        assert_eq!(all.map(grouped), said);
    }

    #[test]
    fn times_are_spoken_in_the_unit_that_people_use() {
        let spoken = |ms| spoken(Duration::from_millis(ms));
        assert_eq!(
            [spoken(0), spoken(999), spoken(2_149), spoken(185_000)],
            ["0 ms", "999 ms", "2.1 s", "3 min 5 s"]
        );
    }
}
