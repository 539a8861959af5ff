//! A turn under the tap: the machine, its recording and the caller's bytes in one.
//!
//! Both worlds drive a [`Session`]; all they add is a transport and a clock.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::chat::{Event, Request};
use crate::dialect::Codec;
use crate::moment::Moment;
use crate::recording::{ExchangeId, Leg, Recording, RequestBytes, Side, Tap, TransportEvent};
use crate::seed::Seed;
use crate::wire::url::request_target;

use super::candidate::Candidate;
use super::conduct::{Conduct, Ours};
use super::egress::Egress;
use super::policy::Policy;
use super::service;
use super::step::{Call, Input, Outcome, Output};
use super::turn::Turn;

/// What a world must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Open a connection and send this.
    Open(Call),
    /// Drop the connection of an attempt.
    Drop(u32),
    /// Give this to the caller.
    Tell(TransportEvent),
    /// The turn is over.
    Over,
}

/// A turn, its tap and its caller.
pub struct Session {
    turn: Turn,
    tap: Tap,
    egress: Egress,
    labels: Vec<(String, String, String)>,
    exchanges: BTreeMap<u32, ExchangeId>,
    caller: ExchangeId,
    conduct: &'static dyn Conduct,
    /// Whether a head tells the caller who answers, and what failed before.
    names_served: bool,
    /// Only a mutant keeps events back.
    held: Vec<Event>,
    outcome: Option<Outcome>,
}

impl Session {
    /// A session for a caller that speaks `dialect`.
    #[must_use]
    pub fn new(
        candidates: Vec<Candidate>,
        request: Request,
        policy: Policy,
        seed: Seed,
        dialect: &'static dyn Codec,
        tap: Tap,
    ) -> Self {
        let first = candidates.first().map(Candidate::label).unwrap_or_default();
        let asked = Request { model: first.clone(), ..request.clone() };
        let bytes = RequestBytes {
            method: "POST".to_owned(),
            path: request_target(&dialect.path("", &first, request.stream)).to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Bytes::from(dialect.encode_request(&asked).value.to_string()),
        };
        Self::asked(candidates, request, policy, seed, dialect, tap, bytes)
    }

    /// A session for a caller that asked with these bytes.
    #[must_use]
    pub fn asked(
        candidates: Vec<Candidate>,
        request: Request,
        policy: Policy,
        seed: Seed,
        dialect: &'static dyn Codec,
        mut tap: Tap,
        bytes: RequestBytes,
    ) -> Self {
        let labels = candidates
            .iter()
            .map(|target| (target.provider.clone(), target.model.clone(), target.dialect.id().to_owned()));
        let labels: Vec<_> = labels.collect();
        let model =
            labels.first().map(|(provider, model, _)| format!("{provider}/{model}")).unwrap_or_default();
        let leg = Leg { side: Side::Caller, attempt: 0, provider: "", model: &model, dialect: dialect.id() };
        let caller = tap.begin(leg, bytes, Moment::ZERO);
        let egress = Egress::new(dialect, request.stream);
        let turn = Turn::new(candidates, request, policy, seed);
        let exchanges = BTreeMap::new();
        Self {
            turn,
            tap,
            egress,
            labels,
            exchanges,
            caller,
            conduct: &Ours,
            names_served: false,
            held: Vec::new(),
            outcome: None,
        }
    }

    /// The same session, whose head tells the caller who answers, after how many attempts, and what failed
    /// before.
    #[must_use]
    pub const fn naming_served(mut self) -> Self {
        self.names_served = true;
        self
    }

    /// The same session, decided by another conduct.
    #[must_use]
    pub fn conducted(mut self, conduct: &'static dyn Conduct) -> Self {
        self.egress.stream = conduct.streams(self.egress.stream);
        self.turn = self.turn.conducted(conduct);
        self.conduct = conduct;
        self
    }

    /// When to call again with [`Input::Deadline`], unless something comes first.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        self.turn.deadline()
    }

    /// Takes one input, records it, and says what the world must do.
    pub fn handle(&mut self, now: Moment, input: Input) -> Vec<Effect> {
        match &input {
            Input::Transport(attempt, event) => {
                if let Some(id) = self.exchanges.get(attempt) {
                    self.tap.event(*id, now, event.clone());
                }
            }
            Input::CallerLeft => {
                // Nobody is there to be told.
                if let Some(event) = self.egress.left() {
                    self.tap.event(self.caller, now, event);
                }
            }
            Input::Begin | Input::Deadline => {}
        }
        let outputs = self.turn.handle(now, input);
        let mut effects = Vec::new();
        for output in outputs {
            self.carry_out(now, output, &mut effects);
        }
        effects
    }

    fn carry_out(&mut self, now: Moment, output: Output, effects: &mut Vec<Effect>) {
        match output {
            Output::Open(call) => {
                let (provider, model, dialect) = &self.labels[call.candidate];
                let leg = Leg { side: Side::Upstream, attempt: call.attempt, provider, model, dialect };
                let id = self.tap.begin(leg, call.request(), now);
                self.exchanges.insert(call.attempt, id);
                effects.push(Effect::Open(call));
            }
            Output::Drop(attempt, event) => {
                // Nothing is recorded of an attempt behind its end.
                if let Some(id) = self.exchanges.remove(&attempt) {
                    self.tap.event(id, now, event);
                }
                effects.push(Effect::Drop(attempt));
            }
            Output::Emit(event) if self.conduct.holds_back() && event != Event::End => self.held.push(event),
            Output::Emit(event) => {
                let mut events = std::mem::take(&mut self.held);
                events.push(event);
                self.tell(now, events, effects);
            }
            Output::Decide(decision) if !self.conduct.says(&decision.kind) => {}
            Output::Decide(decision) => self.tap.decision(now, decision),
            Output::Over(outcome) => {
                self.end(now, &outcome, effects);
                self.outcome = Some(outcome);
                effects.push(Effect::Over);
            }
        }
    }

    fn tell(&mut self, now: Moment, events: Vec<Event>, effects: &mut Vec<Effect>) {
        for event in events.into_iter().flat_map(|event| self.conduct.tells(event)) {
            for event in self.egress.event(&event) {
                self.pass(now, event, effects);
            }
        }
    }

    /// Gives something to the caller, under the tap.
    fn pass(&mut self, now: Moment, mut event: TransportEvent, effects: &mut Vec<Effect>) {
        if let (true, TransportEvent::Head(head)) = (self.names_served, &mut event) {
            let so_far = self.turn.so_far();
            let label = |place: usize| self.labels.get(place);
            let failed: Vec<_> = so_far
                .failures
                .iter()
                .filter_map(|(_, place, failure)| {
                    let (provider, model, _) = label(*place)?;
                    Some((format!("{provider}/{model}"), failure.class.name()))
                })
                .collect();
            let served = (head.status < 400).then(|| self.turn.at()).and_then(label);
            let served = served.map(|(provider, model, _)| (provider.as_str(), model.as_str()));
            head.headers.extend(service::headers(served, self.turn.attempts(), &failed));
        }
        self.tap.event(self.caller, now, event.clone());
        effects.push(Effect::Tell(event));
    }

    fn end(&mut self, now: Moment, outcome: &Outcome, effects: &mut Vec<Effect>) {
        let instead = self.conduct.ends(outcome).filter(|_| outcome.answered.is_none());
        let told = match instead {
            Some(events) => {
                let mut told: Vec<_> = events.iter().flat_map(|event| self.egress.event(event)).collect();
                told.extend(self.egress.end(&Outcome::default(), &[]));
                told
            }
            None => self.egress.end(outcome, &self.conduct.adds()),
        };
        for event in told {
            self.pass(now, event, effects);
        }
    }

    /// The recording and how the turn ended (unfinished when it is stopped early).
    #[must_use]
    pub fn finish(self) -> (Recording, Outcome) {
        (self.tap.finish(), self.outcome.unwrap_or_default())
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("turn", &self.turn).finish_non_exhaustive()
    }
}
