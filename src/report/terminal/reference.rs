//! Ours beside another subject, one line per fault and dialect.

use super::canvas::{Canvas, FAINT, Line, PLAIN, STRONG, WARN};
use super::measure::measure;
use super::{INDENT, verdict_style};
use crate::report::text::shown;
use crate::verdict::{Case, Reference, Run};

/// Between two columns.
const GAP: usize = 2;
/// The widest that the name of a fault may be.
const FAULT_MAX: usize = 19;
/// The widest that a class or a reason may be.
const NAME_MAX: usize = 16;
/// Columns of who answered.
const ANSWER: usize = 6;
/// With less room beside it, what the user was told stands below.
const TOLD_MIN: usize = 60;
/// Columns of a count of requests.
const COUNT: usize = 3;

/// One line: a fault in a dialect, the same in every world.
struct Row<'a> {
    fault: &'a str,
    dialect: &'a str,
    class: &'a str,
    answered: &'static str,
    case: &'a Case,
    reference: &'a Reference,
}

/// Where each column starts.
struct Columns {
    dialect: usize,
    class: usize,
    answered: usize,
    reason: usize,
    told: usize,
    /// Whether what was told stands beside the rest.
    beside: bool,
}

/// Draws the table where the run is about nothing else, or where all is asked for.
pub(super) fn draw(canvas: &mut Canvas, run: &Run, verbose: bool) {
    let rows = rows(run);
    let only = run.cases.iter().all(|case| case.reference.is_some());
    let Some(first) = rows.first().filter(|_| verbose || only) else { return };
    let columns = columns(&rows, canvas.width());
    heading(canvas, &columns, &first.reference.subject);
    for row in &rows {
        draw_row(canvas, row, &columns);
    }
    let differ = rows.iter().filter(|row| !row.reference.differs.is_empty()).count();
    let text = format!("{differ} of {} differ from ours; --format json and html say how", rows.len());
    canvas.line(Line::indented(INDENT).put(FAINT, text));
    canvas.blank();
}

/// The rows in the order of the cases, the worlds of a cell as one.
fn rows(run: &Run) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for case in &run.cases {
        let Some(reference) = &case.reference else { continue };
        let known = rows.last().is_some_and(|row| {
            let row = row.case;
            (&row.scenario, &row.provider, &row.model) == (&case.scenario, &case.provider, &case.model)
        });
        if !known {
            let ours = &reference.ours;
            rows.push(Row {
                fault: case.scenario.split_once('.').map_or(case.scenario.as_str(), |(_, name)| name),
                dialect: reference.dialect.rsplit('_').next().unwrap_or_default(),
                class: ours.class.as_deref().unwrap_or("ok"),
                answered: match (&ours.answered, ours.fell_back) {
                    (None, _) => "nobody",
                    (Some(_), true) => "next",
                    (Some(_), false) => "first",
                },
                case,
                reference,
            });
        }
    }
    rows
}

fn columns(rows: &[Row<'_>], width: usize) -> Columns {
    let widest = |of: &dyn Fn(&Row<'_>) -> usize, heading: &str| {
        rows.iter().map(of).max().unwrap_or_default().max(heading.len())
    };
    let name = widest(&|row| measure(&shown(row.fault)).min(FAULT_MAX), "fault");
    let dialect = INDENT + name + GAP;
    let class = dialect + widest(&|row| measure(&shown(row.dialect)), "dialect") + GAP;
    let class_width = widest(&|row| measure(&shown(row.class)).min(NAME_MAX), "ours");
    let answered = class + class_width + COUNT + 1;
    let reason = answered + ANSWER + GAP;
    let reason_width = widest(&|row| measure(&shown(&row.reference.reason)).min(NAME_MAX), "it");
    let told = reason + reason_width + COUNT + GAP;
    let beside = told + TOLD_MIN <= width;
    Columns { dialect, class, answered, reason, told, beside }
}

fn heading(canvas: &mut Canvas, columns: &Columns, subject: &str) {
    let line = Line::indented(INDENT).put(FAINT, "fault").to(columns.dialect).put(FAINT, "dialect");
    let line = line.to(columns.class).put(FAINT, "ours").to(columns.answered).put(FAINT, "answer");
    let line = line.to(columns.reason).put(FAINT, subject);
    let told = "the user was told";
    canvas.line(if columns.beside { line.to(columns.told).put(FAINT, told) } else { line });
}

fn draw_row(canvas: &mut Canvas, row: &Row<'_>, columns: &Columns) {
    let Row { reference, class, .. } = row;
    let differs = !reference.differs.is_empty();
    let ours = reference.ours.requests.to_string();
    let theirs = reference.requests.map_or_else(|| "?".to_owned(), |requests| requests.to_string());
    let line = Line::indented(INDENT)
        .put_name(if differs { STRONG } else { PLAIN }, row.fault, FAULT_MAX)
        .to(columns.dialect)
        .put(FAINT, row.dialect)
        .to(columns.class)
        .put_name(verdict_style(row.case.verdict), class, NAME_MAX)
        .to(columns.answered - 1 - ours.len())
        .put(FAINT, ours)
        .to(columns.answered)
        .put(PLAIN, row.answered)
        .to(columns.reason)
        .put_name(if differs { WARN } else { PLAIN }, &reference.reason, NAME_MAX)
        .to(columns.told - GAP - theirs.len())
        .put(FAINT, theirs);
    if columns.beside {
        canvas.line(line.to(columns.told).put(PLAIN, &reference.told));
        return;
    }
    canvas.line(line);
    if differs && !reference.told.is_empty() {
        canvas.line(Line::indented(columns.dialect).put(FAINT, format!("told: {}", reference.told)));
    }
}
