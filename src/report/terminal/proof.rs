//! The mutation matrix on a screen: a grid of marks for the routers that misbehave, and for each
//! cause the faults that it tells.

use std::collections::BTreeMap;

use super::canvas::{BAD, Canvas, FAINT, GOOD, Line, PLAIN, STRONG, WARN};
use super::{INDENT, WIDTH_MAX, WIDTH_MIN, label};
use crate::report::Options;
use crate::report::words::counted;
use crate::verdict::matrix::{Cell, Matrix, Row};

/// Columns for a row's code, its name and its dialect.
const CODE: usize = 5;
const NAME: usize = 26;
const DIALECT: usize = 9;
/// Problems that are told before the rest is only counted.
const PROBLEMS_MAX: usize = 40;

/// The matrix as a person sees it.
#[must_use]
pub fn proof(matrix: &Matrix, options: &Options) -> Vec<u8> {
    let mut canvas = Canvas::new(options.colour, options.width.clamp(WIDTH_MIN, WIDTH_MAX));
    draw_routers(&mut canvas, matrix);
    draw_providers(&mut canvas, matrix);
    draw_summary(&mut canvas, matrix);
    canvas.finish()
}

/// The checks against the routers that misbehave.
fn draw_routers(canvas: &mut Canvas, matrix: &Matrix) {
    let checks: Vec<usize> = (0..matrix.columns.len()).filter(|place| matrix.columns[*place].check).collect();
    let title = "checks × routers that misbehave";
    canvas.line(Line::indented(INDENT).put(STRONG, title));
    let indent = INDENT + CODE + NAME + DIALECT;
    for (digit, divisor) in [10, 1].into_iter().enumerate() {
        let mut line = Line::indented(indent);
        for number in 1..=checks.len() {
            let tens = number / divisor % 10;
            let shown = if digit == 0 && tens == 0 { " ".to_owned() } else { tens.to_string() };
            line = line.put(FAINT, shown);
        }
        canvas.line(line);
    }
    for (row, dialects) in merged(matrix.rows.iter().filter(|row| row.kind == "conduct")) {
        let mut line = Line::indented(INDENT).put(FAINT, &row.code).to(INDENT + CODE);
        line = line.put_name(PLAIN, &row.name, NAME - 1).to(INDENT + CODE + NAME);
        line = line.put(FAINT, dialects).to(indent);
        for place in &checks {
            line = mark(line, &row.cells[*place]);
        }
        canvas.line(line);
    }
    canvas.blank();
    for (number, place) in checks.iter().enumerate() {
        let id = &matrix.columns[*place].id;
        canvas.line(
            Line::indented(INDENT).put(FAINT, format!("{:>2}", number + 1)).put(PLAIN, format!("  {id}")),
        );
    }
    canvas.blank();
}

/// The causes, each with the faults that it tells.
fn draw_providers(canvas: &mut Canvas, matrix: &Matrix) {
    canvas.line(Line::indented(INDENT).put(STRONG, "causes × faults of providers"));
    let faults: Vec<(&Row, &str)> = merged(matrix.rows.iter().filter(|row| row.kind != "conduct"));
    let width = matrix.columns.iter().map(|column| column.id.len()).max().unwrap_or(0);
    for (place, column) in matrix.columns.iter().enumerate().filter(|(_, column)| !column.check) {
        let told = |wanted: &Cell| {
            let rows = faults.iter().filter(|(row, _)| row.cells[place] == *wanted);
            rows.map(|(row, _)| row.name.as_str()).collect::<Vec<_>>()
        };
        let (own, explained) = (told(&Cell::Own), told(&Cell::Explained));
        let head = Line::indented(INDENT).put(PLAIN, &column.id).to(INDENT + width + 2);
        let text = match &column.elsewhere {
            Some(why) => format!("– {why}"),
            None if column.id == "fallback.masks-primary" => {
                format!("● {} faults on which a fallback answers", own.len())
            }
            None if explained.is_empty() => format!("● {}", own.join(", ")),
            None => format!("● {}  ○ {}", own.join(", "), explained.join(", ")),
        };
        canvas.paragraph(head, FAINT, &text, 6);
    }
    let benign = faults.iter().filter(|(row, _)| !row.cells.contains(&Cell::Own)).count();
    let text = format!(
        "{} faults: none of the checks fires on any of them, and nothing on {benign} that are harmless",
        faults.len()
    );
    canvas.blank();
    canvas.paragraph(label("silent"), PLAIN, &text, 3);
}

fn draw_summary(canvas: &mut Canvas, matrix: &Matrix) {
    let problems = matrix.problems();
    for problem in problems.iter().take(PROBLEMS_MAX) {
        canvas.paragraph(label("problem"), BAD, problem, 4);
    }
    if problems.len() > PROBLEMS_MAX {
        canvas.line(label("").put(FAINT, format!("and {} more", problems.len() - PROBLEMS_MAX)));
    }
    let health = &matrix.health;
    let alarms = counted(health.alarms.len(), "alarm");
    canvas.paragraph(label("health"), PLAIN, &format!("{} runs, {alarms}", health.runs), 2);
    canvas.line(
        label("marks")
            .put(GOOD, "●")
            .put(PLAIN, " fires on its own  ")
            .put(WARN, "○")
            .put(PLAIN, " goes with it, explained  · silent  ")
            .put(BAD, "✕")
            .put(PLAIN, " wrong"),
    );
    let [own, explained, silent, wrong] = matrix.totals();
    let (style, word) = if problems.is_empty() { (GOOD, "pass") } else { (BAD, "fail") };
    let text = format!(
        "{} × {} rows: {own} own, {explained} explained, {silent} silent, {wrong} wrong",
        counted(matrix.columns.len(), "detector"),
        matrix.rows.len()
    );
    canvas.paragraph(label("verdict").put(style.bold(), word).put(PLAIN, "  "), PLAIN, &text, 2);
}

fn mark(line: Line, cell: &Cell) -> Line {
    match cell {
        Cell::NotApplicable => line.put(PLAIN, " "),
        Cell::Silent => line.put(FAINT, "·"),
        Cell::Own => line.put(GOOD, "●"),
        Cell::Explained => line.put(WARN, "○"),
        Cell::Unexplained(_) | Cell::Asleep(_) => line.put(BAD, "✕"),
    }
}

/// Rows of one fault whose cells are the same in all dialects, as one.
fn merged<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<(&'a Row, &'a str)> {
    let mut merged: Vec<(&Row, &str)> = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        match seen.get(row.name.as_str()) {
            Some(place) if marks(merged[*place].0) == marks(row) => merged[*place].1 = "both",
            _ => {
                seen.insert(&row.name, merged.len());
                merged.push((row, row.dialect.split('_').next().unwrap_or_default()));
            }
        }
    }
    merged
}

/// The states of a row's cells, without their words.
fn marks(row: &Row) -> Vec<std::mem::Discriminant<Cell>> {
    row.cells.iter().map(std::mem::discriminant).collect()
}
