//! Drives a session over real sockets.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::io::clock::{Clock, reached};
use crate::recording::TransportEvent;
use crate::routing::{Effect, Input, Session};

use super::transport::{NEWS_MAX, attempt};

/// Who asked, as a driver meets them.
pub trait Caller {
    /// Returns when they hang up.
    fn left(&mut self) -> impl Future<Output = ()> + Send;

    /// Gives them something. It may wait for them to take it.
    fn tell(&mut self, event: TransportEvent) -> impl Future<Output = ()> + Send;
}

/// A caller who takes everything, and hangs up at some instant, if at all.
#[derive(Debug, Clone, Copy)]
pub struct Patient(Option<Instant>);

impl Patient {
    /// One that hangs up so long after the beginning, where it does.
    #[must_use]
    pub fn new(clock: &Clock, leaves: Option<Duration>) -> Self {
        Self(leaves.map(|after| clock.instant(clock.now() + after)))
    }
}

impl Caller for Patient {
    async fn left(&mut self) {
        reached(self.0).await;
    }

    async fn tell(&mut self, _: TransportEvent) {}
}

/// Runs a session to its end.
///
/// Dropping the future drops every connection.
pub async fn drive(session: &mut Session, clock: &Clock, caller: &mut impl Caller) {
    let mut running: Option<Attempt> = None;
    let mut patience = Patience::new();
    // News read since a deadline came. What had come by then is read first, so that a busy machine
    // makes no timeout; what goes on coming does not put the deadline off.
    let mut behind = 0;
    let mut is_there = true;
    let mut effects = session.handle(clock.now(), Input::Begin);
    loop {
        for effect in effects.drain(..) {
            match effect {
                Effect::Open(call) => {
                    let (sender, news) = mpsc::channel(NEWS_MAX);
                    let number = call.attempt;
                    running = Some(Attempt { number, news, task: tokio::spawn(attempt(call, sender)) });
                }
                Effect::Drop(number) => {
                    if running.as_ref().is_some_and(|attempt| attempt.number == number) {
                        running = None;
                    }
                }
                Effect::Tell(event) => caller.tell(event).await,
                Effect::Over => return,
            }
        }
        let deadline = session.deadline();
        let due = deadline.map(|deadline| clock.instant(deadline).max(patience.until));
        let (now, input) = tokio::select! {
            biased;
            () = caller.left(), if is_there => {
                is_there = false;
                (clock.now(), Input::CallerLeft)
            }
            Some((number, event)) = next(&mut running), if behind <= NEWS_MAX => {
                (clock.now(), Input::Transport(number, event))
            }
            () = reached(due) => {
                if due.is_some_and(|due| patience.postpones(due)) {
                    continue;
                }
                (deadline.map_or_else(|| clock.now(), |deadline| clock.now().max(deadline)), Input::Deadline)
            }
        };
        let late = deadline.is_some_and(|deadline| now >= deadline);
        behind = if late && input != Input::Deadline { behind + 1 } else { 0 };
        effects = session.handle(now, input);
    }
}

/// A timer that fires late says that this process was held up, and with it whatever else runs
/// here: the deadline is moved by as much, so that our own slowness is not blamed on a provider.
struct Patience {
    until: Instant,
    left: Duration,
}

/// A timer this late is late by more than its own grain.
const LATE: Duration = Duration::from_millis(10);
/// By how much the deadlines of one turn may be moved in all.
const PATIENCE_MAX: Duration = Duration::from_secs(5);

impl Patience {
    fn new() -> Self {
        Self { until: Instant::now(), left: PATIENCE_MAX }
    }

    fn postpones(&mut self, due: Instant) -> bool {
        let now = Instant::now();
        let late = now.saturating_duration_since(due);
        if late < LATE || self.left.is_zero() {
            return false;
        }
        let more = (late * 2).min(self.left);
        self.left -= more;
        self.until = now + more;
        true
    }
}

/// What the running attempt's transport saw next; `None` when there is nothing to wait for.
async fn next(running: &mut Option<Attempt>) -> Option<(u32, TransportEvent)> {
    let attempt = running.as_mut()?;
    Some((attempt.number, attempt.news.recv().await?))
}

/// A running attempt; dropping it drops its connection.
struct Attempt {
    number: u32,
    news: mpsc::Receiver<TransportEvent>,
    task: JoinHandle<()>,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.task.abort();
    }
}
