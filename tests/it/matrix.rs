//! Every detector fires on its own fault and on nothing else.

use provoke::mock::Library;
use provoke::seed::Seed;
use provoke::simulation::matrix::{health, matrix};

#[test]
fn every_check_and_every_cause_is_proven() {
    let problems = matrix(&Library::builtin().unwrap(), Seed(0)).problems();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn nothing_fires_on_health() {
    let health = health(&Library::builtin().unwrap(), Seed(7), 0..2_000);
    assert!(health.runs > 1_900, "only {} runs", health.runs);
    assert!(health.alarms.is_empty(), "{}", health.alarms.join("\n"));
}
