//! The one task that owns the hall: it gathers what happens, and carries out what follows.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, timeout_at};

use super::fresh::{clocks, now, wall_ms};
use super::outbox::Outbox;
use super::server::Shared;
use super::wire::text_frame;
use super::world::{DoErrands, Sink};
use crate::gateway::clock::{Clocks, Leap};
use crate::gateway::desk::ConnId;
use crate::gateway::errand::Errand;
use crate::gateway::frame::{Close, Refusal};
use crate::gateway::fresh::{Fresh, Now};
use crate::gateway::hall::{Fate, Hall, Input, Output, Ticket, fate};
use crate::gateway::handshake::Upgrade;
use crate::gateway::nodes;
use crate::gateway::pairing::{Answer, Command, Step, Store};
use crate::io::clock::{Clock, reached};

/// Inputs that wait for the hall. Sockets that have more to say wait.
pub(super) const INBOX_MAX: usize = 1024;

/// Of these, so many of one socket: who asks much at once waits for itself.
pub(super) const INBOX_OF_ONE: usize = 16;

/// Bytes of text that wait for the hall, of all sockets together; one message always fits.
pub(super) const INBOX_BYTES: usize = 64 << 20;

/// What is told to the hub.
pub(super) enum ToHub {
    /// A socket was upgraded.
    Arrived { conn: ConnId, upgrade: Box<Upgrade>, outbox: Arc<Outbox>, fresh: Fresh },
    /// Something happened.
    Input(Input),
    /// A text came. Its share of the inbox is given back when the hall has dealt with it.
    Heard { input: Input, share: Share },
}

/// A text's place among those of its socket, and its bytes among all.
pub(super) type Share = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// A question for the stores.
pub(super) enum Question {
    /// For the book of devices.
    Pair(Ticket, Command, Fresh),
    /// For the book of nodes.
    Node(Ticket, nodes::Command, Fresh),
}

/// The hub.
pub(super) struct Hub {
    pub(super) hall: Hall,
    pub(super) clock: Clock,
    pub(super) shared: Arc<Shared>,
    pub(super) inbox: mpsc::Receiver<ToHub>,
    pub(super) errands: Arc<dyn DoErrands>,
    pub(super) log: Sink,
    /// The hall bounds the questions, so neither way needs a bound of its own.
    pub(super) questions: mpsc::UnboundedSender<Question>,
    pub(super) answers: mpsc::UnboundedReceiver<Input>,
    pub(super) answering: mpsc::UnboundedSender<Input>,
    pub(super) boxes: HashMap<ConnId, Arc<Outbox>>,
}

impl Hub {
    /// Runs until it is told to stop and the last socket is gone.
    pub(super) async fn run(mut self) {
        loop {
            let deadline = self.hall.deadline().map(|moment| self.clock.instant(moment));
            let mut held = None;
            let input = tokio::select! {
                biased;
                answer = self.answers.recv() => answer.unwrap_or(Input::Woken),
                told = self.inbox.recv() => match told {
                    Some(ToHub::Input(input)) => input,
                    Some(ToHub::Heard { input, share }) => {
                        held = Some(share);
                        input
                    }
                    Some(ToHub::Arrived { conn, upgrade, outbox, fresh }) => {
                        self.boxes.insert(conn, outbox);
                        Input::Opened { conn, upgrade, fresh }
                    }
                    None => return,
                },
                () = reached(deadline) => Input::Woken,
            };
            self.handle(input);
            drop(held);
            if self.shared.stopping.load(Ordering::Relaxed) && self.boxes.is_empty() {
                return;
            }
        }
    }

    fn handle(&mut self, input: Input) {
        match &input {
            Input::Closed { conn, .. } => drop(self.boxes.remove(conn)),
            Input::Stop { .. } => self.shared.stopping.store(true, Ordering::Relaxed),
            Input::Reconfigured(settings) => {
                let mut auth = self.shared.auth.write().unwrap_or_else(PoisonError::into_inner);
                *auth = settings.auth.clone();
            }
            _ => {}
        }
        for output in self.hall.handle(now(&self.clock), input) {
            self.carry_out(output);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Send { to, text, droppable } => self.send(&to, &text, droppable),
            Output::Trust { conn } => {
                if let Some(outbox) = self.boxes.get(&conn) {
                    outbox.trust();
                }
            }
            Output::Close { conn, close } => {
                if let Some(outbox) = self.boxes.get(&conn) {
                    outbox.close(close);
                }
            }
            Output::Pair { ticket, command, fresh } => {
                if self.questions.send(Question::Pair(ticket, command, fresh)).is_err() {
                    let answer = Answer::Refused(Refusal::unavailable("the pairing store has failed"));
                    let step = Step { answer, events: Vec::new(), log: Vec::new(), dropped: Vec::new() };
                    let _ = self.answering.send(Input::Paired { ticket, step: Box::new(step) });
                }
            }
            Output::Node { ticket, command, fresh } => {
                if self.questions.send(Question::Node(ticket, command, fresh)).is_err() {
                    let failed = Refusal::unavailable("the store of nodes has failed");
                    let step = Box::new(nodes::Step::of(Err(failed)));
                    let _ = self.answering.send(Input::Node { ticket: Some(ticket), step });
                }
            }
            Output::Errand { ticket, errand } => self.run_errand(ticket, errand),
            Output::Log(line) => (self.log)(&line),
        }
    }

    /// One text for many: framed once, shared by all.
    fn send(&self, to: &[ConnId], text: &str, droppable: bool) {
        let frame = text_frame(text);
        let limit = self.hall.settings().limits.buffered;
        for outbox in to.iter().filter_map(|conn| self.boxes.get(conn)) {
            match fate(outbox.queues(), limit, droppable) {
                Fate::Send => outbox.send(frame.clone()),
                Fate::Skip => {}
                Fate::Close => outbox.cut(Close::new(1008, "slow consumer")),
            }
        }
    }

    fn run_errand(&self, ticket: Ticket, errand: Errand) {
        let (errands, answering) = (Arc::clone(&self.errands), self.answering.clone());
        tokio::spawn(async move {
            let done = tokio::task::spawn_blocking(move || errands.run(&errand, wall_ms())).await;
            let done = done.unwrap_or_else(|_| Err(Refusal::unavailable("the errand failed")));
            let _ = answering.send(Input::Done { ticket, done });
        });
    }
}

impl Drop for Hub {
    /// A hub that ends for whatever reason leaves no socket waiting.
    fn drop(&mut self) {
        for outbox in self.boxes.values() {
            outbox.close(Close::new(1012, "service restart"));
        }
    }
}

/// How often the stores are let look for what other processes wrote.
const GLANCE_EVERY: Duration = Duration::from_secs(1);

/// Asks the stores, question by question, until nobody asks any more or it is over. In between they
/// look for what others wrote.
pub(super) fn keep_stores(
    mut store: Box<dyn Store>,
    mut nodes: Box<dyn nodes::Store>,
    mut questions: mpsc::UnboundedReceiver<Question>,
    answering: &mpsc::UnboundedSender<Input>,
    is_over: &dyn Fn() -> bool,
) {
    let runtime = Handle::current();
    let mut next_glance = Instant::now() + GLANCE_EVERY;
    let mut seen = Clocks::new(clocks());
    let glance_at_nodes = |nodes: &mut dyn nodes::Store| {
        if let Some(step) = nodes.glance(wall_ms()) {
            let _ = answering.send(Input::Node { ticket: None, step: Box::new(step) });
        }
    };
    glance_at_nodes(&mut *nodes);
    loop {
        let asked = runtime.block_on(timeout_at(next_glance, questions.recv()));
        if let Some((step, leap)) = keep_times(&mut *store, &mut seen, clocks()) {
            let _ = answering.send(Input::Noticed(Box::new(step)));
            nodes.transact(leap.from_ms, Fresh::default(), &nodes::Command::ClockSet(leap));
        }
        match asked {
            Ok(Some(_)) if is_over() => return,
            Ok(Some(Question::Node(ticket, command, fresh))) => {
                let step = Box::new(nodes.transact(wall_ms(), fresh, &command));
                let _ = answering.send(Input::Node { ticket: Some(ticket), step });
            }
            Ok(Some(Question::Pair(ticket, command, fresh))) => {
                let step = Box::new(store.transact(wall_ms(), fresh, &command));
                let _ = answering.send(Input::Paired { ticket, step });
            }
            Ok(None) => return,
            Err(_) => {
                if let Some(step) = store.glance(wall_ms()) {
                    let _ = answering.send(Input::Noticed(Box::new(step)));
                }
                glance_at_nodes(&mut *nodes);
                next_glance = Instant::now() + GLANCE_EVERY;
            }
        }
    }
}

/// Lets the store know of a step of the wall clock before it is asked anything else. A store that cannot
/// be used is told again later.
fn keep_times(store: &mut dyn Store, seen: &mut Clocks, now: Now) -> Option<(Step, Leap)> {
    let Some(leap) = seen.leap(now) else {
        seen.see(now);
        return None;
    };
    let step = store.transact(leap.from_ms, Fresh::default(), &Command::ClockSet(leap));
    if matches!(step.answer, Answer::Refused(_)) {
        return None;
    }
    seen.see(now);
    Some((step, leap))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::log::Line;
    use crate::moment::Moment;

    /// A store that notes what it is asked, and fails as often as it is told to.
    #[derive(Debug, Default)]
    struct Notes {
        asked: Vec<(u64, Command)>,
        fails: usize,
    }

    impl Store for Notes {
        fn transact(&mut self, now_ms: u64, _: Fresh, command: &Command) -> Step {
            self.asked.push((now_ms, command.clone()));
            let answer = match self.fails.checked_sub(1) {
                Some(fails) => {
                    self.fails = fails;
                    Answer::Refused(Refusal::unavailable("no disk"))
                }
                None => Answer::Payload(serde_json::Value::Null),
            };
            Step { answer, events: Vec::new(), log: Vec::<Line>::new(), dropped: Vec::new() }
        }

        fn describe(&self) -> String {
            "notes".to_owned()
        }
    }

    #[test]
    fn a_step_of_the_wall_is_told_until_it_is_taken() {
        let at = |seconds: u64, ms| Now { at: Moment::from_millis(seconds * 1000), ms };
        let mut store = Notes { fails: 1, ..Notes::default() };
        let mut seen = Clocks::new(at(0, 5_000_000));
        assert!(keep_times(&mut store, &mut seen, at(1, 5_001_000)).is_none() && store.asked.is_empty());
        assert!(keep_times(&mut store, &mut seen, at(2, 1_000)).is_none(), "it failed");
        assert!(keep_times(&mut store, &mut seen, at(3, 2_000)).is_some());
        assert!(keep_times(&mut store, &mut seen, at(4, 3_000)).is_none(), "it is told once");
        let told = |from_ms, to_ms| (from_ms, Command::ClockSet(Leap { from_ms, to_ms, base_ms: -1000 }));
        assert_eq!(store.asked, [told(5_002_000, 1_000), told(5_003_000, 2_000)]);
    }
}
