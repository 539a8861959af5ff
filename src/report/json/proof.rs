//! The mutation matrix as one document, `provoke.matrix/1`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::verdict::matrix::{Cell, Matrix, Row};

/// The matrix.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Proof {
    /// `provoke.matrix/1`.
    schema: &'static str,
    /// `pass` when every detector is proven and none cries wolf, else `fail`.
    verdict: &'static str,
    totals: Totals,
    health: Health,
    /// What can fire: checks of the router, and causes told of providers.
    columns: Vec<Column>,
    /// What it can fire on: a fault in a dialect.
    rows: Vec<Line>,
    /// Everything that is not as it should be, in sentences.
    problems: Vec<String>,
}

/// Cells by what they are.
#[derive(Debug, Serialize, JsonSchema)]
struct Totals {
    own: usize,
    explained: usize,
    silent: usize,
    wrong: usize,
}

/// Runs in which nothing may fire.
#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    runs: u32,
    alarms: Vec<String>,
}

/// A detector.
#[derive(Debug, Serialize, JsonSchema)]
struct Column {
    id: String,
    /// `check` or `cause`.
    kind: &'static str,
    /// Why no row here brings it out, where none can.
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<String>,
}

/// A fault in a dialect, and the detectors by what they did.
#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    code: String,
    fault: String,
    kind: String,
    dialect: String,
    own: Vec<String>,
    explained: Vec<String>,
    silent: Vec<String>,
    unexplained: Vec<Said>,
    asleep: Vec<Said>,
    /// Why more than one detector fires, where it does.
    why: String,
}

/// A detector and what it said, or what came in its stead.
#[derive(Debug, Serialize, JsonSchema)]
struct Said {
    id: String,
    message: String,
}

impl Proof {
    pub(super) fn of(matrix: &Matrix) -> Self {
        let problems = matrix.problems();
        let [own, explained, silent, wrong] = matrix.totals();
        let columns = matrix.columns.iter().map(|column| Column {
            id: column.id.clone(),
            kind: if column.check { "check" } else { "cause" },
            elsewhere: column.elsewhere.clone(),
        });
        Self {
            schema: "provoke.matrix/1",
            verdict: if problems.is_empty() { "pass" } else { "fail" },
            totals: Totals { own, explained, silent, wrong },
            health: Health { runs: matrix.health.runs, alarms: matrix.health.alarms.clone() },
            columns: columns.collect(),
            rows: matrix.rows.iter().map(|row| Line::of(matrix, row)).collect(),
            problems,
        }
    }
}

impl Line {
    fn of(matrix: &Matrix, row: &Row) -> Self {
        let mut line = Self {
            code: row.code.clone(),
            fault: row.name.clone(),
            kind: row.kind.clone(),
            dialect: row.dialect.clone(),
            own: Vec::new(),
            explained: Vec::new(),
            silent: Vec::new(),
            unexplained: Vec::new(),
            asleep: Vec::new(),
            why: row.why.clone(),
        };
        for (cell, column) in row.cells.iter().zip(&matrix.columns) {
            let id = column.id.clone();
            match cell {
                Cell::NotApplicable => {}
                Cell::Silent => line.silent.push(id),
                Cell::Own => line.own.push(id),
                Cell::Explained => line.explained.push(id),
                Cell::Unexplained(message) => line.unexplained.push(Said { id, message: message.clone() }),
                Cell::Asleep(message) => line.asleep.push(Said { id, message: message.clone() }),
            }
        }
        line
    }
}
