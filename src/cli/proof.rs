//! `provoke run --matrix`.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{available_parallelism, scope};

use super::error::{CliError, Exit};
use super::run;
use crate::io::files;
use crate::io::runner::Options;
use crate::mock::Library;
use crate::problem::{Problem, nearest};
use crate::report::{self, Heat, HeatCell, HeatMap, HeatRow, Renderer, Told};
use crate::routing::conduct::{Mutant, find, mutants};
use crate::scenario::Plan;
use crate::seed::Seed;
use crate::simulation::matrix;
use crate::verdict::matrix::{Cell, Health, Matrix};

/// Runs on health, in which nothing may fire.
const HEALTHY_RUNS: u32 = 10_000;

/// Proves the checks; formats that draw show the run beside the matrix.
pub(super) fn run(
    plans: &[Arc<Plan>],
    options: &Options,
    library: &Library,
    (renderer, beside): (&'static dyn Renderer, &[(&'static dyn Renderer, PathBuf)]),
    args: &run::Args,
) -> Result<Exit, CliError> {
    let all = || std::iter::once(renderer).chain(beside.iter().map(|(renderer, _)| *renderer));
    all().try_for_each(has_form)?;
    let matrix = prove(library, args.seed);
    let drawn = if all().any(Renderer::draws) { Some(run::execute(plans, options, None)?) } else { None };
    let render = |renderer: &dyn Renderer, options: &report::Options| match &drawn {
        Some((run, ran)) if renderer.draws() => {
            let maps = [heat_map(&matrix)];
            let told = Told { traces: &run::traces(ran), maps: &maps, ..Told::from(run) };
            renderer.render(&told, options)
        }
        _ => render(&matrix, renderer, options),
    };
    for (renderer, file) in beside {
        files::write(file, &render(*renderer, &run::to_file(args)))
            .map_err(|error| run::cannot_write(file, &error))?;
    }
    run::out(&render(renderer, &run::to_screen(args)))?;
    Ok(exit(&matrix))
}

/// The matrix with its runs on health, which are shared out over the cores.
fn prove(library: &Library, seed: u64) -> Matrix {
    let cores = available_parallelism().map_or(2, usize::from);
    let share = HEALTHY_RUNS.div_ceil(u32::try_from(cores).unwrap_or(2));
    let starts = (0..HEALTHY_RUNS).step_by(share as usize);
    let (proof, health) = scope(|scope| {
        let runs = starts.map(|start| start..(start + share).min(HEALTHY_RUNS));
        let parts: Vec<_> =
            runs.map(|runs| scope.spawn(move || matrix::health(library, Seed(seed), runs))).collect();
        let proof = matrix::matrix(library, Seed(seed));
        let parts = parts.into_iter().map(|part| part.join().expect("a run on health does not panic"));
        (proof, parts.fold(Health::default(), joined))
    });
    Matrix { health, ..proof }
}

fn joined(mut all: Health, part: Health) -> Health {
    all.runs += part.runs;
    all.alarms.extend(part.alarms);
    all
}

/// Whether a format can show the matrix.
///
/// # Errors
/// When it cannot.
fn has_form(renderer: &dyn Renderer) -> Result<(), CliError> {
    if renderer.draws() || ["terminal", "json"].contains(&renderer.id()) {
        return Ok(());
    }
    let problem = Problem::new(format!("the matrix has no {} form", renderer.id()));
    Err(CliError::new(Exit::Usage, problem.hint("use terminal, json or html")))
}

/// The matrix in a format that does not draw.
fn render(matrix: &Matrix, renderer: &dyn Renderer, options: &report::Options) -> Vec<u8> {
    if renderer.id() == "json" {
        report::json::proof(matrix)
    } else {
        report::terminal_proof(matrix, options)
    }
}

/// The mutant with this code or name.
///
/// # Errors
/// When there is none.
pub(super) fn mutant(id: &str) -> Result<&'static Mutant, CliError> {
    if let Some(found) = find(id) {
        return Ok(found);
    }
    let problem = Problem::new(format!("there is no mutant `{id}`"));
    let hint = match nearest(id, mutants().iter().map(|mutant| mutant.card.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`provoke list faults` shows them, of kind conduct".to_owned(),
    };
    Err(CliError::new(Exit::Usage, problem.hint(hint)))
}

/// How a command ends that proved the checks.
fn exit(matrix: &Matrix) -> Exit {
    if matrix.problems().is_empty() { Exit::Pass } else { Exit::Fail }
}

/// The matrix as a table of states.
fn heat_map(matrix: &Matrix) -> HeatMap {
    let cell = |cell: &Cell| match cell {
        Cell::NotApplicable => (Heat::NotApplicable, String::new()),
        Cell::Silent => (Heat::Silent, String::new()),
        Cell::Own => (Heat::Own, String::new()),
        Cell::Explained => (Heat::Explained, String::new()),
        Cell::Unexplained(what) => (Heat::Unexplained, what.clone()),
        Cell::Asleep(what) => (Heat::Unexplained, format!("it sleeps: {what}")),
    };
    let rows = matrix.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|one| {
            let (heat, note) = cell(one);
            let note = if heat == Heat::Explained { row.why.clone() } else { note };
            HeatCell { heat, note }
        });
        HeatRow { name: format!("{} {} · {}", row.code, row.name, row.dialect), cells: cells.collect() }
    });
    let health = &matrix.health;
    HeatMap {
        title: "Every detector and what it fires on".to_owned(),
        about: format!(
            "Checks of the router and causes told of providers, against every fault in every dialect. \
             {} runs on healthy answers: {} alarms.",
            health.runs,
            health.alarms.len()
        ),
        column_kind: "detector".to_owned(),
        row_kind: "fault".to_owned(),
        columns: matrix.columns.iter().map(|column| column.id.clone()).collect(),
        rows: rows.collect(),
    }
}
