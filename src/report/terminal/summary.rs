//! The last lines: what was observed, and whether it was as declared.

use std::collections::BTreeSet;

use super::canvas::{Canvas, FAINT, PLAIN, WARN};
use super::{label, state_style, verdict_style};
use crate::report::words::{counted, masked, spoken, states, totals};
use crate::verdict::Run;

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
    let states = states(run);
    let mut line = label("observed");
    for (n, (state, count)) in states.iter().enumerate() {
        line = line.put(PLAIN, if n == 0 { "" } else { ", " });
        line = line.put(state_style(*state), format!("{count} {}", state.name()));
    }
    if states.is_empty() {
        line = line.put(FAINT, "nothing ran");
    }
    let masked = masked(run);
    if masked > 0 {
        line = line.put(PLAIN, ", ").put(WARN, format!("{masked} masked by a fallback"));
    }
    canvas.line(line);
}
