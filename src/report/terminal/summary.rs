//! The last lines: what was observed, and whether it was as declared.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::canvas::{Canvas, FAINT, PLAIN, WARN};
use super::{blocks, counted, label, state_style, verdict_style};
use crate::verdict::{Run, State, Verdict};

/// Draws both answers.
pub(super) fn draw(canvas: &mut Canvas, run: &Run) {
    canvas.paragraph(label("subject"), PLAIN, &run.subject, 2);
    draw_observed(canvas, run);
    let verdict = run.verdict();
    let head = label("verdict").put(verdict_style(verdict).bold(), verdict.name()).put(PLAIN, "  ");
    if run.cases.is_empty() {
        canvas.line(head.put(PLAIN, "nothing was selected"));
        return;
    }
    let scenarios: BTreeSet<&str> = run.cases.iter().map(|case| case.scenario.as_str()).collect();
    let (scenarios, cases) = (counted(scenarios.len(), "scenario"), counted(run.cases.len(), "case"));
    let (totals, seed, wall) = (totals(&run.totals()), run.seed, spoken(run.wall));
    let text = format!("{scenarios}, {cases}: {totals}; seed {seed}; {wall}");
    canvas.paragraph(head, PLAIN, &text, 2);
}

fn draw_observed(canvas: &mut Canvas, run: &Run) {
    let mut states: BTreeMap<State, usize> = BTreeMap::new();
    for worst in run.matrix().iter().filter_map(|row| row.observed.first()) {
        *states.entry(worst.state).or_default() += 1;
    }
    let mut line = label("observed");
    for (n, (state, count)) in states.iter().enumerate() {
        line = line.put(PLAIN, if n == 0 { "" } else { ", " });
        line = line.put(state_style(*state), format!("{count} {}", state.name()));
    }
    if states.is_empty() {
        line = line.put(FAINT, "nothing ran");
    }
    let masked = blocks::masked(run);
    if masked > 0 {
        line = line.put(PLAIN, ", ").put(WARN, format!("{masked} masked by a fallback"));
    }
    canvas.line(line);
}

/// `10 pass, 2 fail`: what there is, in the order of the verdicts.
pub(super) fn totals(totals: &BTreeMap<Verdict, u32>) -> String {
    let some = totals.iter().filter(|(_, count)| **count > 0);
    some.map(|(verdict, count)| format!("{count} {}", verdict.name())).collect::<Vec<_>>().join(", ")
}

/// `340 ms`, `2.1 s`, `3 min 5 s`.
fn spoken(time: Duration) -> String {
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
    fn times_are_spoken_in_the_unit_that_people_use() {
        let spoken = |ms| spoken(Duration::from_millis(ms));
        assert_eq!(
            [spoken(0), spoken(999), spoken(2_149), spoken(185_000)],
            ["0 ms", "999 ms", "2.1 s", "3 min 5 s"]
        );
    }
}
