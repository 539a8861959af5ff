//! What another gateway of ours did with the same store: the difference of two books.
//!
//! It answered its own callers, but the sockets and the listeners here have not heard of it.

use crate::gateway::fresh::Fresh;

use super::super::book::{Book, Device, PairRequest, Policy, ServerKey};
use super::super::command::Answer;
use super::super::turn::{Decision, Turn};
use super::Absorbed;

impl Book {
    /// What follows for those who are connected here, now that the book has become `now`.
    #[must_use]
    pub fn passed_to(&self, now: &Self, now_ms: u64, key: &ServerKey) -> Absorbed {
        let policy = Policy::default();
        let mut turn = Turn::new(now_ms, Fresh::default(), key, &policy);
        for (id, device) in &self.devices {
            match now.devices.get(id).filter(|is| is.created_at_ms == device.created_at_ms) {
                Some(is) => withdrawn(&mut turn, id, device, is),
                None => {
                    turn.info(format!("device pairing removed by another gateway device={id}"));
                    turn.drop_sockets(id, None);
                }
            }
        }
        for (id, ask) in self.requests.iter().filter(|(id, _)| !now.requests.contains_key(*id)) {
            if !ask.covered {
                let is_granted = now.devices.get(&ask.claim.device_id).is_some_and(|is| grants(is, ask));
                let decision = if is_granted { Decision::Approved } else { Decision::Rejected };
                turn.resolved(id, &ask.claim.device_id, decision);
            }
        }
        for (id, ask) in &now.requests {
            if !self.requests.contains_key(id) && !ask.covered {
                turn.requested(ask.to_json());
            }
        }
        let step = turn.finish(Ok(Answer::Payload(serde_json::Value::Null)));
        Absorbed { events: step.events, log: step.log, dropped: step.dropped }
    }
}

/// The tokens that are no longer good, or were rotated; an approval, which makes a new one too, ends no
/// connection.
fn withdrawn(turn: &mut Turn<'_>, id: &str, was: &Device, is: &Device) {
    for role in was.tokens.keys() {
        let Some(before) = was.live_token(role) else { continue };
        let is_good = is.live_token(role).is_some_and(|after| {
            after.origin == before.origin || after.rotated_at_ms == Some(is.approved_at_ms)
        });
        if !is_good {
            turn.info(format!("device token withdrawn by another gateway device={id} role={role}"));
            turn.drop_sockets(id, Some(role));
        }
    }
}

fn grants(device: &Device, ask: &PairRequest) -> bool {
    device.live_token(&ask.role).is_some() && ask.scopes.iter().all(|scope| device.scopes.contains(scope))
}

impl Absorbed {
    /// Both, one after the other.
    pub fn append(&mut self, mut more: Self) {
        self.events.append(&mut more.events);
        self.log.append(&mut more.log);
        self.dropped.append(&mut more.dropped);
    }
}
