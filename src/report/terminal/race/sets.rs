//! The table of the sets.

use super::super::canvas::{BAD, Canvas, FAINT, Line, PLAIN, STRONG};
use super::super::measure::{measure, wrap};
use super::super::{INDENT, verdict_style};
use crate::report::words::grouped;
use crate::verdict::race::{RaceRun, RaceSet};

/// The widest name that a column makes room for.
const NAME_MAX: usize = 36;
/// The least room beside the verdict in which it says what broke.
const BESIDE_MIN: usize = 24;
/// Lines that the invariants of one set take at most.
const LINES_MAX: usize = 4;

/// Draws a line per set: orders, states, moves, verdict and what broke.
pub(super) fn draw(canvas: &mut Canvas, run: &RaceRun) {
    let rows: Vec<[String; 4]> = run.sets.iter().map(cells).collect();
    let heads = ["set", "orders", "states", "moves"];
    let width = |column: usize| {
        let all = rows.iter().map(|row| measure(&row[column])).chain([heads[column].len()]);
        all.max().unwrap_or_default().min(NAME_MAX)
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    let line = |cells: [&str; 4], style| {
        let mut line = Line::indented(INDENT).put_name(style, cells[0], widths[0]).to(INDENT + widths[0]);
        for (cell, width) in cells.into_iter().zip(widths).skip(1) {
            let start = line.width() + 2 + width - measure(cell).min(width);
            line = line.to(start).put(style, cell);
        }
        line.put(PLAIN, "  ")
    };
    canvas.line(line(heads, FAINT).put(FAINT, "verdict"));
    for (row, set) in rows.iter().zip(&run.sets) {
        let style = if set.violations.is_empty() { PLAIN } else { STRONG };
        let head = line([&row[0], &row[1], &row[2], &row[3]], style);
        let head = head.put(verdict_style(set.verdict), set.verdict.name());
        draw_broken(canvas, head, set);
    }
}

fn cells(set: &RaceSet) -> [String; 4] {
    if set.skipped.is_some() {
        return [set.name.clone(), String::new(), String::new(), String::new()];
    }
    let more = if set.whole { "" } else { "+" };
    [
        set.name.clone(),
        format!("{}{more}", grouped(set.orders)),
        grouped(set.states.into()),
        grouped(set.moves.into()),
    ]
}

/// What broke, or why it was skipped, behind the verdict.
fn draw_broken(canvas: &mut Canvas, head: Line, set: &RaceSet) {
    let ids: Vec<&str> =
        set.violations.iter().map(|broken| broken.invariant.trim_start_matches("pairing.")).collect();
    let (style, text) = match &set.skipped {
        Some(why) => (FAINT, why.clone()),
        None => (BAD, ids.join(", ")),
    };
    let head = head.put(PLAIN, "  ");
    if canvas.width().saturating_sub(head.width()) < BESIDE_MIN && !text.is_empty() {
        canvas.line(head);
        return canvas.paragraph(Line::indented(INDENT + 2), style, &text, LINES_MAX);
    }
    let column = head.width();
    let mut lines = wrap(&text, canvas.width().saturating_sub(column), LINES_MAX).into_iter();
    canvas.line(head.put(style, lines.next().unwrap_or_default()));
    for line in lines {
        canvas.line(Line::indented(column).put(style, line));
    }
}
