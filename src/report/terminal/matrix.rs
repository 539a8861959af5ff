//! The matrix: one line per model, or per provider with very many of them.

use super::canvas::{Canvas, FAINT, Line, PLAIN};
use super::fold::Folds;
use super::measure::measure;
use super::rows::{Row, Words, put, rows};
use super::{INDENT, verdict_style};
use crate::report::text::shown;
use crate::verdict::{MatrixRow, Run, Verdict, World};

const GAP: usize = 2;
/// Between the two worlds, which belong together.
const GAP_WORLDS: usize = 1;
const WORLDS: [World; 2] = [World::Sim, World::Wire];

/// Where each column starts, and how wide the first one may be.
struct Columns {
    name: usize,
    observed: usize,
    /// Columns for what was observed in full.
    room: usize,
    worlds: Vec<(World, usize)>,
    cases: usize,
    /// Whether causes stand beside the state, or below it.
    beside: bool,
}

/// Draws the matrix with its heading.
pub(super) fn draw(canvas: &mut Canvas, run: &Run, matrix: &[MatrixRow], folds: &Folds) {
    let rows = rows(run, matrix, folds);
    if rows.is_empty() {
        return;
    }
    let columns = columns(&rows, canvas.width());
    heading(canvas, &columns);
    for row in &rows {
        draw_row(canvas, row, &columns);
    }
    canvas.blank();
}

fn heading(canvas: &mut Canvas, columns: &Columns) {
    let mut line = Line::indented(INDENT).put(FAINT, "model").to(columns.observed).put(FAINT, "observed");
    for (world, column) in &columns.worlds {
        line = line.to(*column).put(FAINT, world.name());
    }
    canvas.line(line.to(columns.cases).put(FAINT, "cases"));
}

fn draw_row(canvas: &mut Canvas, row: &Row, columns: &Columns) {
    let observed = if columns.beside { beside(row, columns.room) } else { row.state.clone() };
    let line = Line::indented(INDENT + row.under)
        .put_name(row.name_style, &row.name, columns.name.saturating_sub(row.under))
        .to(columns.observed);
    let mut line = put(line, &observed);
    for (world, column) in &columns.worlds {
        if let Some(verdict) = row.worlds.get(world) {
            line = line.to(*column).put(verdict_style(*verdict), mark(*verdict));
        }
    }
    canvas.line(line.to(columns.cases).put(verdict_style(row.verdict), &row.cases));
    if !columns.beside && !row.short.is_empty() {
        let below = if width(&row.full) <= columns.room { &row.full } else { &row.short };
        canvas.line(put(Line::indented(columns.observed), below));
    }
}

/// State and causes on one line: all causes where they fit.
fn beside(row: &Row, room: usize) -> Words {
    let full = joined(row, &row.full);
    if width(&full) <= room { full } else { joined(row, &row.short) }
}

fn joined(row: &Row, more: &Words) -> Words {
    let gap = (!row.state.is_empty() && !more.is_empty()).then(|| (PLAIN, " ".to_owned()));
    row.state.iter().cloned().chain(gap).chain(more.iter().cloned()).collect()
}

fn width(words: &Words) -> usize {
    words.iter().map(|(_, text)| measure(&shown(text))).sum()
}

fn columns(rows: &[Row], width_max: usize) -> Columns {
    let widest = |of: &dyn Fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let worlds: Vec<(World, usize)> = WORLDS
        .into_iter()
        .filter(|world| rows.iter().any(|row| row.worlds.contains_key(world)))
        .map(|world| {
            let marks = widest(&|row| row.worlds.get(&world).map_or(0, |verdict| measure(mark(*verdict))));
            (world, marks.max(world.name().len()))
        })
        .collect();
    let marks: usize = worlds.iter().map(|(_, width)| width + GAP_WORLDS).sum();
    let right = GAP + marks + GAP - GAP_WORLDS + widest(&|row| row.cases.len()).max("cases".len());
    let alone = widest(&|row| width(&row.state)).max("observed".len());
    let short = widest(&|row| width(&joined(row, &row.short))).max(alone);
    let below = widest(&|row| width(&row.short));
    let name = widest(&|row| row.under + measure(&shown(&row.name))).max("model".len());

    let taken = INDENT + name + GAP + right;
    let beside = taken + short <= width_max;
    // What stands below may reach under the columns to its right, but not over the edge.
    let needed = if beside { short + right } else { below.max(alone + right) };
    let name = name.min((width_max - INDENT - GAP).saturating_sub(needed));
    let observed = INDENT + name + GAP;
    let (room, observed_width) = if beside {
        let room = width_max - taken;
        (room, widest(&|row| width(&self::beside(row, room))).max("observed".len()))
    } else {
        (width_max - observed, alone)
    };
    let mut at = observed + observed_width + GAP;
    let mut placed = Vec::new();
    for (world, width) in worlds {
        placed.push((world, at));
        at += width + GAP_WORLDS;
    }
    Columns { name, observed, room, worlds: placed, cases: at + GAP - GAP_WORLDS, beside }
}

/// A tick for a pass, a word for everything else.
const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        other => other.name(),
    }
}
