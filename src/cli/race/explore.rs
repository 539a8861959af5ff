//! Several races at once: each is explored by one thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::scenario::race::Race;
use crate::simulation::interleave::explore::STATES_MAX;
use crate::simulation::interleave::policy::Policy;
use crate::simulation::interleave::tell::tell;
use crate::verdict::race::RaceSet;

/// What each race comes to, in the order of the races.
pub(super) fn all(races: &[Race], policy: &Policy) -> Vec<RaceSet> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(race) = races.get(place) else { return done };
            done.push((place, tell(race, policy, STATES_MAX)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(races.len());
    let mut all: Vec<(usize, RaceSet)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("exploring panics on no race")).collect()
    });
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, set)| set).collect()
}
