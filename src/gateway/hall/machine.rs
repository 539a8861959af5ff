//! The machine itself: what it holds, and when it wants to be called.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::moment::Moment;

use super::hello::Catalog;
use super::pace::Pulse;
use super::seat::{Conn, Seat, Stage, Stranger};
use super::{Input, Output, Ticket};
use crate::gateway::auth;
use crate::gateway::desk::{ConnId, Desk, Effect, Guest};
use crate::gateway::errand::Done;
use crate::gateway::frame::{Refusal, StateVersion};
use crate::gateway::fresh::{Fresh, Now};
use crate::gateway::handshake::Attempts;
use crate::gateway::log::{Level, Line};
use crate::gateway::nodes;
use crate::gateway::pairing::{Answer, Event, Step};
use crate::gateway::settings::Settings;

/// Every connection of a gateway.
#[derive(Debug)]
pub struct Hall {
    pub(super) settings: Settings,
    /// The generation of the shared secret.
    pub(super) generation: Option<String>,
    pub(super) began: Moment,
    pub(super) desk: Desk,
    pub(super) attempts: Attempts,
    pub(super) conns: BTreeMap<ConnId, Conn>,
    pub(super) guests: BTreeMap<ConnId, Guest>,
    /// When strangers must have been let in.
    pub(super) patience: BTreeSet<(Moment, ConnId)>,
    pub(super) tickets: BTreeMap<Ticket, Errandee>,
    pub(super) next_ticket: Ticket,
    pub(super) catalog: Catalog,
    pub(super) seq: u64,
    pub(super) version: StateVersion,
    pub(super) presence_pulse: Pulse,
    pub(super) health_pulse: Pulse,
    pub(super) next_tick: Moment,
    pub(super) next_health: Moment,
    /// When the desk was last woken, so that a deadline it keeps is not asked for in a circle.
    pub(super) desk_woken: Option<Moment>,
    pub(super) stopping: bool,
}

/// Who waits for the answer of a ticket.
#[derive(Debug, Clone)]
pub(super) enum Errandee {
    /// A connect.
    Connect(ConnId),
    /// A request.
    Call(Waiting),
    /// Nobody.
    Nobody,
}

/// A request that waits for the book or the world.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) conn: ConnId,
    pub(super) id: String,
    pub(super) method: &'static str,
    pub(super) began: Moment,
}

/// Questions on their way, of all connections together.
const TICKETS_MAX: usize = 4096;

impl Hall {
    /// An empty hall that opens now.
    #[must_use]
    pub fn new(settings: Settings, now: Now) -> Self {
        let desk = Desk::new(&settings, now);
        let catalog = Catalog::new(&desk, now);
        Self {
            generation: auth::generation(&settings.auth),
            began: now.at,
            desk,
            attempts: Attempts::default(),
            conns: BTreeMap::new(),
            guests: BTreeMap::new(),
            patience: BTreeSet::new(),
            tickets: BTreeMap::new(),
            next_ticket: 0,
            catalog,
            seq: 0,
            version: StateVersion { presence: 1, health: 1 },
            presence_pulse: Pulse::default(),
            health_pulse: Pulse::default(),
            next_tick: now.at + settings.limits.tick,
            next_health: now.at + settings.limits.health,
            desk_woken: None,
            stopping: false,
            settings,
        }
    }

    /// Takes one input in, and says all that follows from it.
    pub fn handle(&mut self, now: Now, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        match input {
            Input::Opened { conn, upgrade, fresh } => self.opened(now, conn, *upgrade, fresh, &mut out),
            Input::Frame { conn, text, fresh } => self.frame(now, conn, text, fresh, &mut out),
            Input::Closed { conn, code, reason } => self.closed(now, conn, code, &reason, &mut out),
            Input::Paired { ticket, step } => self.paired(now, ticket, *step, &mut out),
            Input::Noticed(step) => self.noticed(now, *step, &mut out),
            Input::Node { ticket, step } => self.node_step(now, ticket, *step, &mut out),
            Input::Done { ticket, done } => self.done(now, ticket, done, &mut out),
            Input::Reconfigured(settings) => self.reconfigured(now, *settings, &mut out),
            Input::Stop { reason } => self.stop(now, &reason, &mut out),
            Input::Woken => {}
        }
        self.wake(now, &mut out);
        out
    }

    /// When it wants to be called again, whatever happens.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        let patience = self.patience.first().map(|(moment, _)| *moment);
        // A deadline that the desk did not move when woken would be asked for at once and for ever.
        let desk = self.desk.deadline().filter(|due| self.desk_woken.is_none_or(|woken| *due > woken));
        let lists = [self.presence_pulse.due(), self.health_pulse.due()];
        let beats = [Some(self.next_tick), Some(self.next_health), patience, desk];
        beats.into_iter().chain(lists).flatten().min()
    }

    /// How many sockets there are, and how many of them are let in.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        (self.conns.len(), self.guests.len())
    }

    /// The limits that hold now.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Does whatever is due.
    fn wake(&mut self, now: Now, out: &mut Vec<Output>) {
        while let Some((moment, conn)) = self.patience.first().copied()
            && moment <= now.at
        {
            self.patience.pop_first();
            self.impatient(now, conn, out);
        }
        if self.desk.deadline().is_some_and(|due| due <= now.at) && self.desk_woken != Some(now.at) {
            let mut effects = Vec::new();
            self.desk.wake(now, &mut effects);
            self.desk_woken = Some(now.at);
            self.apply(now, effects, out);
        }
        self.beat(now, out);
    }

    /// A new ticket; `None` where too many questions are on their way.
    pub(super) fn ticket(&mut self, who: Errandee) -> Option<Ticket> {
        if self.tickets.len() >= TICKETS_MAX {
            return None;
        }
        self.next_ticket += 1;
        self.tickets.insert(self.next_ticket, who);
        Some(self.next_ticket)
    }

    /// Another process has changed the book.
    fn noticed(&mut self, now: Now, step: Step, out: &mut Vec<Output>) {
        self.tell_step(step.log, step.events, out);
        for (device, role) in step.dropped {
            self.drop_device(now, &device, role.as_deref(), out);
        }
    }

    /// What a transition of the book means for the log and for everybody who listens.
    fn tell_step(&mut self, log: Vec<Line>, events: Vec<Event>, out: &mut Vec<Output>) {
        out.extend(log.into_iter().map(Output::Log));
        for event in events {
            self.broadcast(event.name, &event.payload, None, out);
        }
    }

    /// The book has answered.
    fn paired(&mut self, now: Now, ticket: Ticket, step: Step, out: &mut Vec<Output>) {
        self.tell_step(step.log, step.events, out);
        match self.tickets.remove(&ticket) {
            Some(Errandee::Connect(conn)) => self.judged(now, conn, step.answer, out),
            Some(Errandee::Call(waiting)) => {
                let result = match step.answer {
                    Answer::Payload(payload) => Ok(payload),
                    Answer::Refused(refusal) => Err(refusal),
                    Answer::Admitted { .. } => Err(Refusal::unavailable("the pairing store answered oddly")),
                };
                self.answer_waiting(now, waiting, &result, out);
            }
            Some(Errandee::Nobody) | None => {}
        }
        for (device, role) in step.dropped {
            self.drop_device(now, &device, role.as_deref(), out);
        }
    }

    /// The book of nodes has answered, or somebody else has changed it.
    fn node_step(&mut self, now: Now, ticket: Option<Ticket>, step: nodes::Step, out: &mut Vec<Output>) {
        self.tell_step(step.log, step.events, out);
        if let Some((conn, event)) = step.told {
            self.tell(conn, event.name, &event.payload, out);
        }
        if let Some(paired) = step.paired {
            self.desk.know_nodes(paired);
        }
        if let Some(Errandee::Call(waiting)) = ticket.and_then(|ticket| self.tickets.remove(&ticket)) {
            self.answer_waiting(now, waiting, &step.answer, out);
        }
    }

    /// The world has answered.
    fn done(&mut self, now: Now, ticket: Ticket, done: Done, out: &mut Vec<Output>) {
        let Some(Errandee::Call(waiting)) = self.tickets.remove(&ticket) else { return };
        let result = self.desk.finish(waiting.method, done, now);
        self.answer_waiting(now, waiting, &result, out);
    }

    /// A question to the book of nodes whose answer nobody waits for. It is about a connection, whose
    /// UUID nobody else has, so the chance for it may follow from that.
    fn ask_nodes(&mut self, command: nodes::Command, out: &mut Vec<Output>) {
        let nodes::Command::Came { asker, .. } = &command else { return };
        let about = format!("node.pair {}", self.conn_id(*asker));
        let fresh = Fresh(Sha256::digest(about.as_bytes()).into());
        match self.ticket(Errandee::Nobody) {
            Some(ticket) => out.push(Output::Node { ticket, command, fresh }),
            None => {
                let words = "a node was not heard: too much waits; it is asked at its next connect";
                out.push(Output::Log(Line::new(Level::Warn, "gateway", words)));
            }
        }
    }

    /// Does what the desk wants done beside an answer.
    pub(super) fn apply(&mut self, now: Now, effects: Vec<Effect>, out: &mut Vec<Output>) {
        for effect in effects {
            match effect {
                Effect::Broadcast { event, payload } => self.broadcast(event, &payload, None, out),
                Effect::Tell { conn, event, payload } => self.tell(conn, event, &payload, out),
                Effect::Answer { conn, id, result } => self.answer_late(conn, &id, &result, out),
                Effect::Node(command) => self.ask_nodes(command, out),
                Effect::PresenceChanged => self.presence_changed(now),
                Effect::Log(line) => out.push(Output::Log(line)),
            }
        }
    }

    /// Somebody who is not let in yet, and is not on the way out.
    pub(super) fn stranger(&mut self, conn: ConnId) -> Option<&mut Stranger> {
        match self.conns.get_mut(&conn)? {
            Conn { stage: Stage::Stranger(stranger), leaving: false, .. } => Some(stranger),
            _ => None,
        }
    }

    /// Somebody who is let in, and is not on the way out.
    pub(super) fn seat(&mut self, conn: ConnId) -> Option<&mut Seat> {
        match self.conns.get_mut(&conn)? {
            Conn { stage: Stage::Seated(seat), leaving: false, .. } => Some(seat),
            _ => None,
        }
    }
}
