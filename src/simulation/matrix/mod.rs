//! The mutation matrix: every check and every cause against every fault, and against health.
//!
//! A fault of a provider must be told by its causes and by nothing else, and our router must pass
//! every check while it meets it. A fault of a router, which is a mutant of ours, must be caught
//! by its own check and by nothing that is not declared. On health nothing fires at all.

mod faults;
mod health;
mod mutants;
mod planted;
mod stage;

pub use health::health;

use crate::diagnosis::causes;
use crate::mock::Library;
use crate::recording::Redactor;
use crate::scenario::CHECKS;
use crate::seed::Seed;
use crate::verdict::matrix::{Cell, Column, Matrix, Row};
use crate::verdict::{Case, Verdict};

/// What no row here can bring out, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("subject.reached-mock", FOREIGN),
    ("subject.answers-whole", FOREIGN),
    ("subject.fails-cleanly", FOREIGN),
    ("subject.attempts-bounded", FOREIGN),
    ("subject.alive-after", FOREIGN),
    ("model.not-in-config", "a matter of the configuration: scenario seed.night"),
    ("net.tls-failed", "TLS is not compiled in"),
];

const FOREIGN: &str = "looks at foreign routers only: the wrong routers of the tests are its proof";

/// What every part of the matrix needs.
struct Lab<'a> {
    library: &'a Library,
    redactor: Redactor,
    seed: Seed,
    columns: Vec<Column>,
}

/// Every fault and every mutant against every check and every cause, in every dialect. The runs on
/// health are left to [`health`], as they are many and may be shared out.
#[must_use]
pub fn matrix(library: &Library, seed: Seed) -> Matrix {
    let lab = Lab::new(library, seed);
    let mut rows = mutants::rows(&lab);
    rows.extend(planted::rows(&lab));
    rows.extend(faults::rows(&lab));
    Matrix { columns: lab.columns, rows, ..Matrix::default() }
}

impl<'a> Lab<'a> {
    fn new(library: &'a Library, seed: Seed) -> Self {
        let column = |id: &str, check: bool| Column {
            id: id.to_owned(),
            check,
            elsewhere: ELSEWHERE.iter().find(|(known, _)| *known == id).map(|(_, why)| (*why).to_owned()),
        };
        let checks = CHECKS.iter().map(|check| column(check.id(), true));
        let causes = causes::all().into_iter().map(|cause| column(cause.id, false));
        let columns = checks.chain(causes).collect();
        let redactor = Redactor::new([stage::KEY.to_owned()]);
        Self { library, redactor, seed, columns }
    }

    /// The cells of a row: `judge` says what a column is that fired or did not.
    fn cells(&self, judge: impl Fn(&Column) -> Cell) -> Vec<Cell> {
        self.columns.iter().map(judge).collect()
    }
}

/// A row without its cells.
fn row(card: &crate::fault::Card, dialect: &str, why: &str) -> Row {
    Row {
        code: card.code.to_owned(),
        name: card.name.to_owned(),
        kind: card.kind.name().to_owned(),
        dialect: dialect.to_owned(),
        cells: Vec::new(),
        why: why.to_owned(),
    }
}

/// What a check said that failed in a case.
fn failed<'a>(case: &'a Case, id: &str) -> Option<&'a str> {
    let check = case.checks.iter().find(|check| check.id == id && check.verdict == Verdict::Fail)?;
    Some(&check.message)
}
