//! A store that reads, lets the other in, and writes: the races must catch it, or they are asleep.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use provoke::gateway::fresh::Fresh;
use provoke::gateway::pairing::{Book, Command, Policy, ServerKey, Step, Store};

use super::threads::round;
use super::{RACES, Race};

/// What two users of it share.
struct Kept {
    book: Mutex<Book>,
    /// Where both wait between reading and writing.
    between: Barrier,
    /// Whether two use it at once.
    is_shared: AtomicBool,
}

struct ReadThenWrite(Arc<Kept>);

impl Store for ReadThenWrite {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        let mut mine = self.0.book.lock().expect("nobody panicked").clone();
        let step = mine.handle(now_ms, fresh, &ServerKey([7; 32]), &Policy::default(), command);
        if self.0.is_shared.load(Ordering::SeqCst) {
            self.0.between.wait();
        }
        *self.0.book.lock().expect("nobody panicked") = mine;
        step
    }

    fn describe(&self) -> String {
        "read, then write".to_owned()
    }
}

#[test]
fn a_store_that_reads_and_then_writes_is_caught() {
    // Both must be in the middle of a transition at once, so both have as many.
    let even = |race: &&Race| race.one.len() == race.other.len();
    let mut caught = 0;
    for race in RACES.iter().filter(even) {
        let kept = Arc::new(Kept {
            book: Mutex::new(Book::default()),
            between: Barrier::new(2),
            is_shared: AtomicBool::new(false),
        });
        let open = || -> Box<dyn Store> { Box::new(ReadThenWrite(Arc::clone(&kept))) };
        let shared = |is_shared| kept.is_shared.store(is_shared, Ordering::SeqCst);
        let wrong = round(&open, race, 0, &|| shared(true), &|| shared(false));
        assert!(wrong.is_some(), "{} is not caught", race.name);
        caught += 1;
    }
    assert!(caught >= 5, "only {caught} races could be tried");
}
