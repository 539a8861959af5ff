//! Runs a session against mock providers in virtual time.

use std::collections::VecDeque;

use crate::mock::Upstream;
use crate::moment::Moment;
use crate::recording::{Timed, TransportEvent};
use crate::routing::{Effect, Input, Session};

use super::transport::transport_events;

/// The most inputs of one turn; a turn that needs more is stopped.
const INPUTS_MAX: u32 = 1_000_000;

/// Runs a session to its end. `targets[i]` is the upstream's target for candidate `i`.
pub fn simulate(session: &mut Session, upstream: &mut Upstream, targets: &[usize]) {
    let mut world = World { queue: VecDeque::new(), attempt: 0, over: false };
    let mut now = Moment::ZERO;
    let effects = session.handle(now, Input::Begin);
    world.carry_out(now, effects, upstream, targets);
    for _ in 0..INPUTS_MAX {
        if world.over {
            return;
        }
        let deadline = session.deadline();
        let next = world.queue.front().map(|event| event.at);
        let input = match (next, deadline) {
            (Some(next), deadline) if deadline.is_none_or(|deadline| next <= deadline) => {
                let Some(event) = world.queue.pop_front() else { return };
                now = now.max(event.at);
                Input::Transport(world.attempt, event.what)
            }
            (_, Some(deadline)) => {
                now = now.max(deadline);
                Input::Deadline
            }
            // Nothing will ever happen again.
            _ => return,
        };
        let effects = session.handle(now, input);
        world.carry_out(now, effects, upstream, targets);
    }
}

struct World {
    /// What the transport of the running attempt will see.
    queue: VecDeque<Timed<TransportEvent>>,
    attempt: u32,
    over: bool,
}

impl World {
    fn carry_out(&mut self, now: Moment, effects: Vec<Effect>, upstream: &mut Upstream, targets: &[usize]) {
        for effect in effects {
            match effect {
                Effect::Open(call) => {
                    let target = targets.get(call.candidate).copied().unwrap_or(usize::MAX);
                    let answer = upstream.respond(target, &call.request());
                    self.attempt = call.attempt;
                    self.queue = transport_events(&answer.timeline, now).into();
                }
                Effect::Drop(attempt) if attempt == self.attempt => self.queue.clear(),
                Effect::Drop(_) => {}
                Effect::Over => self.over = true,
            }
        }
    }
}
