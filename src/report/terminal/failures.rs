//! What did not go as declared: one telling line each, and the line to open.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::canvas::{Canvas, FAINT, Line, PLAIN, STRONG};
use super::fold::stands_out;
use super::{TEXT, heading, hidden, listed, verdict_style};
use crate::report::telling::{Telling, cell, place, telling};
use crate::verdict::{Case, Run, Verdict};

/// Failures that a report shows unless all are asked for.
const FAILURES_MAX: usize = 20;
/// Screen lines that one text may take.
const LINES_MAX: usize = 3;

/// The same failure, of one model or of several.
struct Failure<'a> {
    case: &'a Case,
    telling: Telling<'a>,
    /// The worlds that showed it, the same for each model.
    worlds: Vec<&'static str>,
    models: Vec<String>,
}

/// Draws every case that needs somebody, the worst first; verbose adds those that passed.
pub(super) fn draw(canvas: &mut Canvas, run: &Run, verbose: bool) {
    let mut failures = collect(run, verbose);
    failures.sort_by_key(|failure| Reverse(failure.case.verdict));
    let limit = if verbose { failures.len() } else { FAILURES_MAX };
    for failure in failures.iter().take(limit) {
        draw_failure(canvas, failure, verbose);
    }
    hidden(canvas, failures.len().saturating_sub(limit), "more case");
    if !failures.is_empty() {
        canvas.blank();
    }
}

/// Folds first the worlds of one model, then the models of one failure.
fn collect(run: &Run, verbose: bool) -> Vec<Failure<'_>> {
    let mut by_model: BTreeMap<_, (&Case, Telling<'_>, Vec<&'static str>)> = BTreeMap::new();
    for case in run.cases.iter().filter(|case| shows(case.verdict, verbose)) {
        let telling = telling(case);
        let failure = (case.scenario.as_str(), case.verdict, telling.message.clone().into_owned());
        let of = (failure, case.provider.as_str(), case.model.as_str());
        by_model.entry(of).or_insert_with(|| (case, telling, Vec::new())).2.push(case.world.name());
    }
    let mut failures: BTreeMap<_, Failure<'_>> = BTreeMap::new();
    for ((failure, provider, model), (case, telling, worlds)) in by_model {
        let same = failures.entry((failure, worlds.clone()));
        let same = same.or_insert_with(|| Failure { case, telling, worlds, models: Vec::new() });
        same.models.push(cell(provider, model));
    }
    failures.into_values().collect()
}

const fn shows(verdict: Verdict, verbose: bool) -> bool {
    stands_out(verdict) || (verbose && matches!(verdict, Verdict::Pass))
}

fn draw_failure(canvas: &mut Canvas, failure: &Failure<'_>, verbose: bool) {
    let Failure { case, telling, .. } = failure;
    let models = listed(failure.models.iter().map(String::as_str), verbose);
    let head = heading(verdict_style(case.verdict), case.verdict.name()).put(STRONG, &case.scenario);
    canvas.paragraph(
        head.put(PLAIN, "  "),
        PLAIN,
        &format!("{models}  {}", failure.worlds.join(" ")),
        LINES_MAX,
    );
    if case.verdict == Verdict::Pass {
        return;
    }
    let said = match telling.check {
        Some(check) => format!("{check}: {}", telling.message),
        None => telling.message.clone().into_owned(),
    };
    canvas.paragraph(Line::indented(TEXT), PLAIN, &said, LINES_MAX);
    // Evidence that the message quotes is not said twice.
    if let Some(evidence) = telling.evidence.filter(|evidence| !said.contains(&evidence.text)) {
        let at = match place(evidence) {
            place if place.is_empty() => String::new(),
            place => format!("{place}: "),
        };
        canvas.paragraph(Line::indented(TEXT).put(FAINT, "seen ").put(FAINT, at), PLAIN, &evidence.text, 1);
    }
    let source = case.source.as_ref().map(|(file, line)| format!("{file}:{line}"));
    for path in source.as_deref().into_iter().chain(case.recording.as_deref()) {
        canvas.paragraph(Line::indented(TEXT).put(FAINT, "open "), PLAIN, path, LINES_MAX);
    }
}
