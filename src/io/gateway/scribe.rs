//! Writes the log on a thread of its own, so that a slow disk holds nobody up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use super::fresh::wall_ms;
use super::journal::Journal;
use super::world::Sink;
use crate::gateway::log::{Level, Line};

/// Lines that may wait to be written. More are dropped, and it is told how many.
const WAITING_MAX: usize = 4096;

/// What the writer is told.
enum Told {
    Line(Line, u64),
    Secrets(Vec<String>),
}

/// The writer of the log.
pub struct Scribe {
    lines: SyncSender<Told>,
    lost: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Scribe {
    /// Begins to write into a journal.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(mut journal: Journal) -> std::io::Result<Self> {
        let (lines, waiting) = sync_channel::<Told>(WAITING_MAX);
        let lost = Arc::new(AtomicU64::new(0));
        let missed = Arc::clone(&lost);
        let thread = std::thread::Builder::new().name("log".to_owned()).spawn(move || {
            for told in waiting {
                match told {
                    Told::Line(line, ms) => journal.write(&line, ms),
                    Told::Secrets(secrets) => journal.learn(secrets),
                }
                let missed = missed.swap(0, Ordering::Relaxed);
                if missed > 0 {
                    let words = format!("{missed} lines of the log were lost: they came too fast");
                    journal.write(&Line::new(Level::Warn, "gateway", words), wall_ms());
                }
            }
        })?;
        Ok(Self { lines, lost, thread })
    }

    /// Where lines are handed in.
    #[must_use]
    pub fn sink(&self) -> Sink {
        let (lines, lost) = (self.lines.clone(), Arc::clone(&self.lost));
        Arc::new(move |line| {
            if let Err(TrySendError::Full(_)) = lines.try_send(Told::Line(line.clone(), wall_ms())) {
                lost.fetch_add(1, Ordering::Relaxed);
            }
        })
    }

    /// Where it is told which secrets it hides from then on.
    pub fn ear(&self) -> impl Fn(Vec<String>) + use<> {
        let lines = self.lines.clone();
        move |secrets| drop(lines.send(Told::Secrets(secrets)))
    }

    /// Writes what still waits. Every sink and ear must have been dropped before.
    pub fn finish(self) {
        drop(self.lines);
        let _ = self.thread.join();
    }
}
