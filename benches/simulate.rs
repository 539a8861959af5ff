//! Claim: a whole case (request, stream, router, recording, diagnosis, verdict) takes less than two
//! milliseconds in the simulated world, so a hundred of them fit into a blink.
//!
//! Measured in process: `simulate`, `Session::finish` and `judge` of one cell, without any file.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use provoke::mock::{Library, Upstream};
use provoke::recording::{Policy, Redactor, Tap};
use provoke::routing::Session;
use provoke::scenario::{Judged, Plan, Source, compile, judge, read};
use provoke::seed::Seed;
use provoke::simulation::simulate;
use provoke::verdict::World;
use std::time::Duration;

fn plan(path: &str) -> Plan {
    let library = Library::builtin().expect("the built-in mocks are in order");
    let source = Source::builtin().into_iter().find(|source| source.file == format!("scenarios/{path}"));
    let source = source.expect("the scenario is built in");
    let file = read(&source).expect("the scenario is readable");
    compile(&file, &source, &library).expect("the scenario compiles")
}

fn one_case(plan: &Plan, cell: usize, redactor: &Redactor) {
    let cell = &plan.cells[cell];
    let tap = Tap::new(Policy::Full, redactor.knowing([]));
    let dialect = cell.candidates[0].dialect;
    let mut session = Session::new(
        cell.candidates.clone(),
        plan.request.clone(),
        plan.policy.clone(),
        Seed(0),
        dialect,
        tap,
    );
    let mut upstream = Upstream::new(plan.targets.clone(), Seed(0));
    simulate(&mut session, &mut upstream, &cell.targets);
    let (recording, outcome) = session.finish();
    let judged = Judged {
        recording: &recording,
        outcome: Some(&outcome),
        world: World::Sim,
        secrets: &[],
        wall: Duration::ZERO,
    };
    let case = judge(plan, cell, &judged);
    assert_eq!(case.verdict.name(), "pass");
}

fn simulated_cases(criterion: &mut Criterion) {
    let redactor = Redactor::default();
    let mut group = criterion.benchmark_group("simulate");
    group.throughput(Throughput::Elements(1));
    for path in ["stream/truncated.yaml", "stream/empty.yaml", "limits/rate-limit-short.yaml"] {
        let plan = plan(path);
        group.bench_function(path, |bencher| {
            bencher.iter(|| one_case(&plan, 0, &redactor));
        });
    }
    group.finish();
}

criterion_group!(benches, simulated_cases);
criterion_main!(benches);
