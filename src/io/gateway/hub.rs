//! The one task that owns the hall: it gathers what happens, and carries out what follows.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, timeout_at};

use super::fresh::{now, wall_ms};
use super::outbox::Outbox;
use super::server::Shared;
use super::wire::text_frame;
use super::world::{DoErrands, Sink};
use crate::gateway::desk::ConnId;
use crate::gateway::errand::Errand;
use crate::gateway::frame::{Close, Refusal};
use crate::gateway::fresh::Fresh;
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
    let glance_at_nodes = |nodes: &mut dyn nodes::Store| {
        if let Some(step) = nodes.glance(wall_ms()) {
            let _ = answering.send(Input::Node { ticket: None, step: Box::new(step) });
        }
    };
    glance_at_nodes(&mut *nodes);
    loop {
        match runtime.block_on(timeout_at(next_glance, questions.recv())) {
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
