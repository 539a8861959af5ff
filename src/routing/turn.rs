//! The machine of one turn.

use bytes::Bytes;

use crate::chat::{Event, Finish, FinishReason, Request};
use crate::moment::Moment;
use crate::recording::{Decision, Stage, TransportEvent};
use crate::seed::{Dice, Seed};

use super::attempt::{Attempt, Step};
use super::candidate::Candidate;
use super::conduct::{Conduct, Ours, WhenLeft};
use super::failure::{Failure, FailureClass, Next};
use super::policy::Policy;
use super::step::{Call, Input, Outcome, Output};

/// The most events of one attempt that wait for the first one with content.
const HELD_MAX: usize = 4096;

/// One turn: candidates, a request and a policy become one answer or one clear error.
pub struct Turn {
    candidates: Vec<Candidate>,
    request: Request,
    policy: Policy,
    conduct: &'static dyn Conduct,
    dice: Dice,
    state: State,
    began: Moment,
    /// When the running stage began.
    since: Moment,
    attempts: u32,
    candidate: usize,
    tries: u32,
    /// Events held back until the first one with content.
    held: Vec<Event>,
    outcome: Outcome,
}

enum State {
    New,
    Trying(Box<Attempt>),
    Waiting(Moment),
    /// The caller has the whole answer; the provider may still finish its own.
    Draining,
    Over,
}

impl Turn {
    /// A turn over `candidates`, first choice first.
    #[must_use]
    pub fn new(candidates: Vec<Candidate>, request: Request, policy: Policy, seed: Seed) -> Self {
        Self {
            candidates,
            request,
            policy,
            conduct: &Ours,
            dice: seed.derive("turn").dice(),
            state: State::New,
            began: Moment::ZERO,
            since: Moment::ZERO,
            attempts: 0,
            candidate: 0,
            tries: 0,
            held: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    /// The same turn, decided by another conduct.
    #[must_use]
    pub fn conducted(mut self, conduct: &'static dyn Conduct) -> Self {
        self.policy = conduct.policy(self.policy);
        self.conduct = conduct;
        self
    }

    /// When to call again with [`Input::Deadline`], unless something comes first.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        let total = self.began + self.policy.deadlines.total;
        match &self.state {
            State::Trying(attempt) => {
                Some((self.since + self.policy.deadlines.of(attempt.stage())).min(total))
            }
            State::Waiting(until) => Some((*until).min(total)),
            State::Draining => Some(self.since + self.policy.deadlines.drain),
            State::New | State::Over => None,
        }
    }

    /// How it stands: who failed so far, and why.
    pub(super) const fn so_far(&self) -> &Outcome {
        &self.outcome
    }

    /// The place of the candidate that is asked.
    pub(super) const fn at(&self) -> usize {
        self.candidate
    }

    /// The attempts so far.
    pub(super) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Takes one input and says what to do.
    pub fn handle(&mut self, now: Moment, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        match input {
            Input::Begin => {
                if matches!(self.state, State::New) {
                    self.began = now;
                    self.open(now, &mut out);
                }
            }
            Input::Transport(attempt, event) => {
                if attempt == self.attempts {
                    self.transport(now, &event, &mut out);
                }
            }
            Input::Deadline => self.due(now, &mut out),
            Input::CallerLeft => self.caller_left(now, &mut out),
        }
        out
    }

    fn transport(&mut self, now: Moment, event: &TransportEvent, out: &mut Vec<Output>) {
        if matches!(self.state, State::Draining) {
            let ended = !matches!(
                event,
                TransportEvent::Bytes(_) | TransportEvent::Head(_) | TransportEvent::Connected
            );
            if ended {
                self.over(out);
            }
            return;
        }
        let State::Trying(attempt) = &mut self.state else { return };
        let (step, progress) = attempt.take(event);
        if self.conduct.is_progress(progress) {
            self.since = now;
        }
        match step {
            Step::Nothing => {}
            Step::Events(events) => {
                self.emit(events, out);
                if self.held.len() > HELD_MAX {
                    let message = format!("more than {HELD_MAX} events and none with content");
                    out.push(Output::Drop(self.attempts, TransportEvent::Cancelled));
                    self.failed(now, Failure::bare(FailureClass::Malformed, message), out);
                }
            }
            Step::Answered(events) => {
                self.answered(now, events, out);
                if !matches!(event, TransportEvent::Bytes(_)) {
                    self.over(out);
                }
            }
            Step::Failed(events, failure) => {
                self.emit(events, out);
                if matches!(event, TransportEvent::Bytes(_) | TransportEvent::Head(_)) {
                    out.push(Output::Drop(self.attempts, TransportEvent::Cancelled));
                }
                self.failed(now, failure, out);
            }
        }
    }

    fn answered(&mut self, now: Moment, events: Vec<Event>, out: &mut Vec<Output>) {
        self.emit(events, out);
        self.flush(out);
        self.outcome.answered = Some(self.candidate);
        let reason = format!("answered after {} failed attempts", self.outcome.failures.len());
        out.push(Output::Decide(self.decision("success", reason)));
        self.since = now;
        self.state = State::Draining;
    }

    fn due(&mut self, now: Moment, out: &mut Vec<Output>) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        let total = self.began + self.policy.deadlines.total;
        match &mut self.state {
            State::Trying(attempt) => {
                // The deadline that came first, however late we are told of it.
                let first = self.since + self.policy.deadlines.of(attempt.stage()) < total;
                let stage = if first { attempt.stage() } else { Stage::Total };
                let event = TransportEvent::TimedOut(stage);
                let (step, _) = attempt.take(&event);
                out.push(Output::Drop(self.attempts, event));
                match step {
                    Step::Failed(_, failure) => self.failed(now, failure, out),
                    Step::Answered(events) => {
                        self.answered(now, events, out);
                        self.over(out);
                    }
                    Step::Nothing | Step::Events(_) => {}
                }
            }
            State::Waiting(_) if now >= total => {
                let failure =
                    Failure::bare(FailureClass::Deadline(Stage::Total), "the turn took longer than it may");
                self.give_up(failure, out);
            }
            State::Waiting(_) => self.open(now, out),
            State::Draining => {
                out.push(Output::Drop(self.attempts, TransportEvent::TimedOut(Stage::Drain)));
                self.over(out);
            }
            State::New | State::Over => {}
        }
    }

    fn caller_left(&mut self, now: Moment, out: &mut Vec<Output>) {
        let what = self.conduct.when_left();
        if what == WhenLeft::ReadOn {
            return;
        }
        if matches!(self.state, State::Trying(_) | State::Draining) {
            out.push(Output::Drop(self.attempts, TransportEvent::Cancelled));
        }
        if what == WhenLeft::Blame {
            self.failed(now, Failure::bare(FailureClass::CallerLeft, "the caller left"), out);
        } else if !matches!(self.state, State::Over) {
            // The provider is not to blame: no failure is noted against it.
            out.push(Output::Decide(self.decision("caller-left", String::new())));
            self.over(out);
        }
    }

    fn open(&mut self, now: Moment, out: &mut Vec<Output>) {
        let Some(candidate) = self.candidates.get(self.candidate) else {
            let failure = Failure::bare(FailureClass::ModelNotFound, "no model is configured");
            self.give_up(failure, out);
            return;
        };
        self.attempts += 1;
        self.tries += 1;
        let request = self.conduct.asks(self.request.clone());
        let request = Request { model: candidate.model.clone(), ..request };
        let encoded = candidate.dialect.encode_request(&request);
        let call = Call {
            attempt: self.attempts,
            candidate: self.candidate,
            url: candidate.dialect.path(&candidate.base_url, &candidate.model, request.stream),
            headers: candidate.request_headers(request.stream),
            body: Bytes::from(encoded.value.to_string()),
        };
        let attempt = Attempt::new(candidate.dialect);
        let notes: Vec<String> = encoded.problems.iter().map(ToString::to_string).collect();
        out.push(Output::Decide(self.decision("attempt", notes.join("; "))));
        self.held.clear();
        self.since = now;
        self.state = State::Trying(Box::new(attempt));
        out.push(Output::Open(call));
    }

    /// Gives events to the caller, held back until the first one with content.
    fn emit(&mut self, events: Vec<Event>, out: &mut Vec<Output>) {
        for event in events {
            let content = event.is_content();
            if self.outcome.committed {
                out.push(Output::Emit(event));
                continue;
            }
            // A keep-alive is of no use to a caller who gets it late.
            if event != Event::Ping {
                self.held.push(event);
            }
            if content {
                self.outcome.committed = true;
                out.push(Output::Decide(self.decision("commit", "first event with content".to_owned())));
                self.flush(out);
            }
        }
    }

    fn flush(&mut self, out: &mut Vec<Output>) {
        out.extend(self.held.drain(..).map(Output::Emit));
    }

    fn failed(&mut self, now: Moment, mut failure: Failure, out: &mut Vec<Output>) {
        for key in self.candidates.iter().filter_map(|candidate| candidate.key.as_deref()) {
            if self.conduct.hides_keys() {
                failure.hide(key);
            }
        }
        let Some(failure) = self.conduct.takes(failure) else { return self.pretend(now, out) };
        let class = failure.class;
        let next = self.conduct.next(class);
        // A status that was told when the time was up does not buy more time.
        let committed = self.outcome.committed && !self.conduct.starts_over();
        if committed || self.is_overdue(now) {
            self.give_up(failure, out);
            return;
        }
        let budget = self.attempts < self.policy.attempts_max;
        let again = self.tries < self.policy.attempts_per_candidate;
        let has_next = self.candidate + 1 < self.candidates.len();
        let wait = match next {
            Next::Retry if budget && again => self.retry_wait(&failure, has_next),
            _ => None,
        };
        match (wait, next) {
            (Some(wait), _) if now + wait < self.began + self.policy.deadlines.total => {
                let reason = format!("{}: {}", class.name(), failure.message);
                self.note(failure, "retry", reason, out);
                self.state = State::Waiting(now + wait);
            }
            (_, Next::Retry | Next::NextCandidate) if budget && has_next => {
                let reason = format!("{}: {}", class.name(), failure.message);
                self.note(failure, "next-candidate", reason, out);
                self.candidate += 1;
                self.tries = 0;
                self.open(now, out);
            }
            _ => self.give_up(failure, out),
        }
    }

    fn is_overdue(&self, now: Moment) -> bool {
        now >= self.began + self.policy.deadlines.total
    }

    /// How long to wait before the same candidate is asked again; `None` when it is not worth it.
    fn retry_wait(&mut self, failure: &Failure, has_next: bool) -> Option<std::time::Duration> {
        let backoff = self.policy.backoff.wait(self.tries, &mut self.dice);
        match self.conduct.heeds(failure.retry_after) {
            // A limit goes to the next candidate at once, unless the wait fits the budget.
            Some(asked) => (asked <= self.policy.wait_max).then(|| asked.max(backoff)),
            None if failure.class == FailureClass::RateLimit && has_next => None,
            None => Some(backoff),
        }
    }

    /// Only a mutant does this: it takes a failure for the end of a good answer.
    fn pretend(&mut self, now: Moment, out: &mut Vec<Output>) {
        let finish = Finish { reason: FinishReason::Stop, raw: "stop".to_owned() };
        let mut events = vec![Event::Finish { choice: 0, finish }, Event::End];
        if !self.outcome.committed && self.held.is_empty() {
            events.insert(0, Event::Start { id: None, model: None });
        }
        self.answered(now, events, out);
        self.over(out);
    }

    fn note(&mut self, failure: Failure, kind: &str, reason: String, out: &mut Vec<Output>) {
        out.push(Output::Decide(self.decision(kind, reason)));
        self.outcome.failures.push((self.attempts, self.candidate, failure));
    }

    fn give_up(&mut self, failure: Failure, out: &mut Vec<Output>) {
        let reason = format!("{}: {}", failure.class.name(), failure.message);
        self.note(failure, "give-up", reason, out);
        self.held.clear();
        self.over(out);
    }

    fn over(&mut self, out: &mut Vec<Output>) {
        self.state = State::Over;
        out.push(Output::Over(self.outcome.clone()));
    }

    fn decision(&self, kind: &str, reason: String) -> Decision {
        let target = self.candidates.get(self.candidate).map(Candidate::label).unwrap_or_default();
        Decision { attempt: self.attempts, kind: kind.to_owned(), target, reason }
    }
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn")
            .field("attempts", &self.attempts)
            .field("candidate", &self.candidate)
            .finish_non_exhaustive()
    }
}
