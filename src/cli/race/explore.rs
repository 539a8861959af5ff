//! Several races at once: each is explored by one thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What becomes of each, in the order in which they are given.
pub(super) fn each<T: Sync, R: Send>(all: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(place) else { return done };
            done.push((place, of(one)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(all.len());
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("exploring panics on no race")).collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, one)| one).collect()
}
