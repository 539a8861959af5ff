//! What was not run or is known to fail: one faint line per reason.

use std::collections::{BTreeMap, BTreeSet};

use super::canvas::{Canvas, FAINT};
use super::{hidden, label, listed};
use crate::report::telling::telling;
use crate::verdict::{Run, Verdict};

/// Reasons that a report shows unless all are asked for.
const REASONS_MAX: usize = 5;

/// Draws every reason with the scenarios that it holds for.
pub(super) fn draw(canvas: &mut Canvas, run: &Run, verbose: bool) {
    let mut reasons: BTreeMap<(Verdict, String), BTreeSet<&str>> = BTreeMap::new();
    for case in run.cases.iter().filter(|case| matches!(case.verdict, Verdict::Skip | Verdict::Xfail)) {
        let reason = telling(case).message.into_owned();
        reasons.entry((case.verdict, reason)).or_default().insert(&case.scenario);
    }
    let limit = if verbose { reasons.len() } else { REASONS_MAX };
    for ((verdict, reason), scenarios) in reasons.iter().take(limit) {
        let scenarios = listed(scenarios.iter().copied(), verbose);
        canvas.paragraph(label(verdict.name()), FAINT, &format!("{scenarios}: {reason}"), 2);
    }
    hidden(canvas, reasons.len().saturating_sub(limit), "more reason");
    if !reasons.is_empty() {
        canvas.blank();
    }
}
