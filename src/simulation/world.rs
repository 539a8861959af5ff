//! Runs a session against mock providers in virtual time.

use std::collections::VecDeque;
use std::time::Duration;

use crate::mock::Upstream;
use crate::moment::Moment;
use crate::recording::{ExchangeId, Timed, TransportEvent, Wall};
use crate::routing::{Call, Effect, Input, Session};

use super::transport::transport_events;

/// The most inputs of one turn; a turn that needs more is stopped.
const INPUTS_MAX: u32 = 1_000_000;

/// Who else takes part in a turn, beside the session.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The mock providers.
    pub upstream: &'a mut Upstream,
    /// For each candidate, the upstream's target.
    pub targets: &'a [usize],
    /// When the caller hangs up, from the beginning of the turn; it stays unless told otherwise.
    pub leaves: Option<Duration>,
    /// The mocks' own log, where one is kept.
    pub wall: Option<&'a mut Wall>,
}

/// Runs a session to its end. `targets[i]` is the upstream's target for candidate `i`.
pub fn simulate(session: &mut Session, upstream: &mut Upstream, targets: &[usize]) {
    enact(session, Stage { upstream, targets, leaves: None, wall: None });
}

/// Runs a session to its end on a stage.
pub fn enact(session: &mut Session, mut stage: Stage<'_>) {
    let stage = &mut stage;
    let leaves = stage.leaves.map(|after| Moment::ZERO + after);
    let mut world = World { queue: VecDeque::new(), attempt: 0, seen: None, over: false };
    let mut now = Moment::ZERO;
    let effects = session.handle(now, Input::Begin);
    world.carry_out(now, effects, stage);
    let mut left = false;
    for _ in 0..INPUTS_MAX {
        if world.over {
            return;
        }
        let leave = leaves.filter(|_| !left);
        let deadline = [session.deadline(), leave].into_iter().flatten().min();
        let next = world.queue.front().map(|event| event.at);
        let input = match (next, deadline) {
            (Some(next), deadline) if deadline.is_none_or(|deadline| next <= deadline) => {
                let Some(event) = world.queue.pop_front() else { return };
                now = now.max(event.at);
                world.sent(now, &event.what, stage);
                Input::Transport(world.attempt, event.what)
            }
            (_, Some(deadline)) => {
                now = now.max(deadline);
                left |= leave == Some(deadline);
                if leave == Some(deadline) { Input::CallerLeft } else { Input::Deadline }
            }
            // Nothing will ever happen again.
            _ => return,
        };
        let effects = session.handle(now, input);
        world.carry_out(now, effects, stage);
    }
}

struct World {
    /// What the transport of the running attempt will see.
    queue: VecDeque<Timed<TransportEvent>>,
    attempt: u32,
    /// The running attempt at the wall; none where nothing listens.
    seen: Option<ExchangeId>,
    over: bool,
}

impl World {
    fn carry_out(&mut self, now: Moment, effects: Vec<Effect>, stage: &mut Stage<'_>) {
        for effect in effects {
            match effect {
                Effect::Open(call) => self.open(now, &call, stage),
                Effect::Drop(attempt) if attempt == self.attempt => {
                    self.queue.clear();
                    self.sent(now, &TransportEvent::Cancelled, stage);
                }
                // The tap has what the caller gets.
                Effect::Drop(_) | Effect::Tell(_) => {}
                Effect::Over => self.over = true,
            }
        }
    }

    fn open(&mut self, now: Moment, call: &Call, stage: &mut Stage<'_>) {
        let target = stage.targets.get(call.candidate).copied().unwrap_or(usize::MAX);
        let request = call.request();
        let answer = stage.upstream.respond(target, &request);
        self.attempt = call.attempt;
        self.queue = transport_events(&answer.timeline, now).into();
        self.seen = None;
        let connects = self.queue.front().is_some_and(|event| event.what == TransportEvent::Connected);
        let Some(wall) = stage.wall.as_deref_mut().filter(|_| connects) else { return };
        if let Some(known) = stage.upstream.targets().get(target) {
            let label = (known.provider.as_str(), known.model.as_str());
            self.seen = Some(wall.arrived(label, known.dialect.id(), request, now));
        }
    }

    /// The mock's side of an event; nothing is logged behind an end.
    fn sent(&mut self, now: Moment, event: &TransportEvent, stage: &mut Stage<'_>) {
        let (Some(seen), Some(wall)) = (self.seen, stage.wall.as_deref_mut()) else { return };
        if matches!(event, TransportEvent::Connected) {
            return;
        }
        let goes_on = matches!(event, TransportEvent::Head(_) | TransportEvent::Bytes(_));
        if !goes_on {
            self.seen = None;
        }
        wall.event(seen, now, event.clone());
    }
}
