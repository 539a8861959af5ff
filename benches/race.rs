//! Claim: the explorer of pairing races makes and judges at least 300,000 moves a second, and all built-in
//! races are explored, under either policy, well within ten seconds.
//!
//! Measured in process on one core: `explore` over all built-in races. A move is one edge between two
//! states; equal moves are made on the machines once, and remembered.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use provoke::scenario::{Source, race};
use provoke::simulation::interleave::explore::STATES_MAX;
use provoke::simulation::interleave::{known, policy};

fn races() -> Vec<race::Race> {
    let known = known();
    let read = |source: &Source| race::read(source, &known).expect("the built-in races are in order");
    Source::races().iter().map(read).collect()
}

fn explore(criterion: &mut Criterion) {
    let races = races();
    let mut group = criterion.benchmark_group("race");
    group.sample_size(10);
    for name in ["ours", "openclaw-2026.4.12"] {
        let policy = policy::named(name).expect("the policy is known");
        let all = || -> u64 {
            let explored = races.iter().filter_map(|race| (policy.explore)(race, STATES_MAX).ok());
            explored.map(|explored| explored.moves).sum()
        };
        group.throughput(Throughput::Elements(all()));
        group.bench_function(name, |bencher| bencher.iter(all));
    }
    group.finish();
}

criterion_group!(benches, explore);
criterion_main!(benches);
