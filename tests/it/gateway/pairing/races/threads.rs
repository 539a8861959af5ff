//! By threads, each with the store opened for itself.

use std::sync::{Arc, Barrier, Mutex};

use provoke::gateway::fresh::Fresh;
use provoke::gateway::pairing::{Command, Policy, ServerKey, Step, Store};
use provoke::io::gateway::store::Memory;

use super::super::stores::temporary;
use super::{ON_DISK, RACES, ROUNDS, Race, act, open, prepare};

/// One round of a race; what is wrong with how it came out.
pub(super) fn round(
    open: &(dyn Fn() -> Box<dyn Store> + Sync),
    race: &Race,
    round: u64,
    begin: &(dyn Fn() + Sync),
    end: &(dyn Fn() + Sync),
) -> Option<String> {
    let scripts = prepare(&mut *open(), race, round);
    begin();
    let start = Barrier::new(2);
    let run = |number: u64, script: &[String]| -> Vec<String> {
        let mut store = open();
        start.wait();
        (1..).zip(script).map(|(at, deed)| act(&mut *store, deed, number * 1000 + round * 10 + at)).collect()
    };
    let [one, other] = std::thread::scope(|scope| {
        let one = scope.spawn(|| run(10, &scripts[0]));
        let other = scope.spawn(|| run(20, &scripts[1]));
        [one, other].map(|thread| thread.join().expect("it comes to its end"))
    });
    end();
    (race.wrong)(&one, &other, &mut *open())
}

/// A store in memory, as the threads of one gateway share it.
struct Shared(Arc<Mutex<Memory>>);

impl Store for Shared {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        self.0.lock().expect("nobody panicked").transact(now_ms, fresh, command)
    }

    fn describe(&self) -> String {
        "shared memory".to_owned()
    }
}

#[test]
fn no_race_of_threads_is_lost_in_memory() {
    for race in &RACES {
        for number in 0..ROUNDS {
            let memory = Arc::new(Mutex::new(Memory::new(ServerKey([7; 32]), Policy::default())));
            let open = || -> Box<dyn Store> { Box::new(Shared(Arc::clone(&memory))) };
            assert_eq!(round(&open, race, number, &|| (), &|| ()), None, "{} {number}", race.name);
        }
    }
}

#[test]
fn no_race_of_threads_is_lost_on_disk() {
    for kind in ON_DISK {
        for race in &RACES {
            for number in 0..ROUNDS {
                let dir = temporary();
                let open = || open(kind, dir.path());
                assert_eq!(
                    round(&open, race, number, &|| (), &|| ()),
                    None,
                    "{kind}: {} {number}",
                    race.name
                );
            }
        }
    }
}
