//! Every detector fires on its own fault and on nothing else.

use std::thread::scope;

use provoke::io::runner::{self, Options, Silent};
use provoke::mock::Library;
use provoke::routing::conduct::mutants;
use provoke::seed::Seed;
use provoke::simulation::matrix::{health, matrix};
use provoke::verdict::matrix::{Cell, Column, Health, Matrix, Row};
use provoke::verdict::{Verdict, World};

use crate::worlds::plans;

#[test]
fn every_check_and_every_cause_is_proven() {
    let problems = matrix(&Library::builtin().unwrap(), Seed(0)).problems();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// Ten thousand runs, shared out over the cores.
#[test]
fn nothing_fires_on_health() {
    const RUNS: u32 = 10_000;
    const PARTS: u32 = 4;
    let library = &Library::builtin().unwrap();
    let parts: Vec<Health> = scope(|scope| {
        let ranges = (0..PARTS).map(|part| part * RUNS / PARTS..(part + 1) * RUNS / PARTS);
        let parts: Vec<_> = ranges.map(|runs| scope.spawn(move || health(library, Seed(7), runs))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    });
    let alarms: Vec<&String> = parts.iter().flat_map(|part| &part.alarms).collect();
    assert_eq!(parts.iter().map(|part| part.runs).sum::<u32>(), RUNS);
    assert!(alarms.is_empty(), "{alarms:#?}");
}

/// A matrix whose detector sleeps, or cries wolf, is told to be wrong.
#[test]
fn what_sleeps_or_cries_wolf_is_a_problem() {
    let column = |id: &str| Column { id: id.to_owned(), check: true, elsewhere: None };
    let row = |cells| Row {
        code: "T05".to_owned(),
        name: "truncated".to_owned(),
        kind: "wire".to_owned(),
        dialect: "openai_chat".to_owned(),
        cells,
        why: String::new(),
    };
    let matrix = |cells: Vec<Cell>| Matrix {
        columns: vec![column("one"), column("two")],
        rows: vec![row(cells), row(vec![Cell::Own, Cell::Own])],
        ..Matrix::default()
    };
    assert_eq!(matrix(vec![Cell::Own, Cell::Explained]).problems(), Vec::<String>::new());
    for wrong in [Cell::Unexplained("told".to_owned()), Cell::Asleep("nothing".to_owned())] {
        assert_eq!(matrix(vec![Cell::Silent, wrong]).problems().len(), 1);
    }
    let mut unproven = matrix(vec![Cell::Silent, Cell::Silent]);
    unproven.rows.pop();
    assert_eq!(unproven.problems().len(), 2);
    unproven.columns.iter_mut().for_each(|column| column.elsewhere = Some("elsewhere".to_owned()));
    assert!(unproven.problems().is_empty());
    unproven.health.alarms.push("run 7".to_owned());
    assert_eq!(unproven.problems(), ["an alarm on health: run 7"]);
}

/// The built-in scenarios alone tell every mutant from the router that it was.
#[test]
fn the_built_in_suite_fails_with_every_mutant() {
    let plans = plans();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for mutant in mutants() {
        let options = Options { worlds: vec![World::Sim], mutant: Some(mutant), ..Options::default() };
        let (run, _) = runtime.block_on(runner::run(&plans, &options, &Silent));
        assert_eq!(run.verdict(), Verdict::Fail, "{}", run.subject);
    }
}
