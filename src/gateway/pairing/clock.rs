//! What is kept for a time keeps that time when the wall clock steps.

use serde_json::json;

use crate::gateway::clock::{Leap, STEP_MIN_MS};
use crate::gateway::frame::Refusal;

use super::book::{BOOTSTRAP_TTL_MS, Book, Bootstrap, PairRequest};
use super::command::Answer;
use super::turn::Turn;

impl Book {
    /// The wall clock stepped: requests and bootstrap tokens are as old as they were. What only tells
    /// when something happened stays as it was written.
    pub(super) fn clock_set(&mut self, turn: &mut Turn<'_>, leap: Leap) -> Result<Answer, Refusal> {
        let is_known = |base: i64| base.abs_diff(leap.base_ms) < STEP_MIN_MS;
        if self.base_ms.is_some_and(is_known) {
            // Another process on this store saw the same step, and has carried all over.
            return Ok(Answer::Payload(json!({})));
        }
        self.base_ms = Some(leap.base_ms);
        // Another process on this store may have carried a request over before; it then is in order by the
        // new time, and of no age by the old one.
        let is_carried = |ask: &PairRequest| ask.ts_ms <= leap.to_ms && leap.to_ms < ask.ends_ms();
        let is_over = |ask: &PairRequest| leap.from_ms >= ask.ends_ms();
        self.end(turn, |ask| is_over(ask) && !is_carried(ask));
        for ask in self.requests.values_mut().filter(|ask| !is_over(ask)) {
            let PairRequest { created_ms, ts_ms, half, .. } = ask;
            let marks = [&mut half.gone_ms, &mut half.widened_ms].into_iter().flatten();
            for ms in [created_ms, ts_ms].into_iter().chain(marks) {
                *ms = leap.carry(*ms);
            }
        }
        let is_spent = |known: &Bootstrap| leap.from_ms >= known.ts_ms.saturating_add(BOOTSTRAP_TTL_MS);
        for known in self.bootstraps.values_mut().filter(|known| !is_spent(known)) {
            known.issued_at_ms = leap.carry(known.issued_at_ms);
            known.ts_ms = leap.carry(known.ts_ms);
        }
        let (direction, by_ms) = match leap.to_ms.checked_sub(leap.from_ms) {
            Some(by_ms) => ("forward", by_ms),
            None => ("back", leap.from_ms - leap.to_ms),
        };
        turn.warn(format!(
            "the wall clock was set {direction} by {} s; pairing requests keep the time they have left",
            by_ms / 1000
        ));
        Ok(Answer::Payload(json!({})))
    }

    /// What comes from the future was written before the clock was set back, and nobody was there to
    /// carry it over: it is as if it were of now, or it would live until that time comes again.
    pub(super) fn pull_back(&mut self, now_ms: u64) {
        let latest = now_ms.saturating_add(STEP_MIN_MS);
        for ask in self.requests.values_mut().filter(|ask| ask.ts_ms > latest) {
            ask.ts_ms = now_ms;
            ask.created_ms = ask.created_ms.min(now_ms);
        }
        for known in self.bootstraps.values_mut().filter(|known| known.ts_ms > latest) {
            known.ts_ms = now_ms;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::fresh::Fresh;
    use crate::gateway::pairing::{Command, Policy, ServerKey};

    const DAWN_MS: u64 = 1_795_336_955_000;

    /// Two processes on one store see the same step, and each carries what it finds.
    #[test]
    fn a_step_that_two_processes_saw_ends_nothing() {
        for to_ms in [DAWN_MS - 86_400_000, DAWN_MS + 86_400_000, DAWN_MS - 400_000, DAWN_MS + 10_000] {
            let asked = PairRequest {
                request_id: "r".to_owned(),
                claim: crate::gateway::pairing::Claim::default(),
                role: "operator".to_owned(),
                scopes: Vec::new(),
                reason: crate::gateway::pairing::Reason::NotPaired,
                is_repair: false,
                created_ms: DAWN_MS - 250_000,
                ts_ms: DAWN_MS - 250_000,
                covered: false,
                foreign: false,
                half: crate::gateway::pairing::Half::default(),
            };
            let mut book = Book { requests: [("r".to_owned(), asked)].into(), ..Book::default() };
            let (key, policy) = (ServerKey([0; 32]), Policy::default());
            for _ in 0..2 {
                let leap = Leap { from_ms: DAWN_MS, to_ms, base_ms: 0 };
                book.handle(DAWN_MS, Fresh::default(), &key, &policy, &Command::ClockSet(leap));
            }
            let left = book.requests.get("r").map(|ask| ask.ends_ms().saturating_sub(to_ms));
            assert_eq!(left, Some(50_000), "{to_ms}");
        }
    }
}
