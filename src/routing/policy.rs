//! The limits of a turn.

use std::time::Duration;

use crate::recording::Stage;
use crate::seed::Dice;

/// The limits of one turn: deadlines, one budget of attempts, and how long to wait between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// A deadline per stage.
    pub deadlines: Deadlines,
    /// The most attempts of the whole turn, over all candidates.
    pub attempts_max: u32,
    /// The most attempts at one candidate.
    pub attempts_per_candidate: u32,
    /// How long to wait before trying the same candidate again.
    pub backoff: Backoff,
    /// The longest `retry-after` that is worth waiting for; a longer one means: next candidate.
    pub wait_max: Duration,
}

/// How long each stage may take. Durations are nominal (before any time scale).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Until the connection stands.
    pub connect: Duration,
    /// From the connection to status and headers.
    pub headers: Duration,
    /// From the headers to the first event with content.
    pub first_event: Duration,
    /// Between two events with content; comments and pings are no progress.
    pub inter_event: Duration,
    /// The whole turn, all candidates together.
    pub total: Duration,
    /// From the terminal event to the end of the answer. The caller has it all by then.
    pub drain: Duration,
}

/// Exponential backoff with full jitter above half of the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait.
    pub first: Duration,
    /// The longest wait.
    pub max: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            deadlines: Deadlines::default(),
            attempts_max: 6,
            attempts_per_candidate: 2,
            backoff: Backoff { first: Duration::from_millis(500), max: Duration::from_secs(8) },
            wait_max: Duration::from_secs(10),
        }
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            headers: Duration::from_secs(60),
            first_event: Duration::from_secs(60),
            inter_event: Duration::from_secs(60),
            total: Duration::from_secs(600),
            drain: Duration::from_secs(30),
        }
    }
}

impl Deadlines {
    /// The deadline of a stage.
    #[must_use]
    pub const fn of(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Connect => self.connect,
            Stage::Headers => self.headers,
            Stage::FirstEvent => self.first_event,
            Stage::InterEvent => self.inter_event,
            Stage::Total => self.total,
            Stage::Drain => self.drain,
        }
    }
}

impl Backoff {
    /// The wait before retry number `retry` (from 1).
    #[must_use]
    pub fn wait(&self, retry: u32, dice: &mut Dice) -> Duration {
        let step = self.first.saturating_mul(2_u32.saturating_pow(retry.saturating_sub(1))).min(self.max);
        let half = step / 2;
        let jitter = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX).saturating_add(1);
        half + Duration::from_nanos(dice.below(jitter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn backoff_grows_with_jitter_and_is_bounded() {
        let backoff = Backoff { first: Duration::from_secs(1), max: Duration::from_secs(4) };
        let mut dice = Seed(3).dice();
        for retry in 1..40 {
            let step = Duration::from_secs(1 << (retry - 1).min(2));
            let wait = backoff.wait(retry, &mut dice);
            assert!(wait >= step / 2 && wait <= step, "retry {retry} waits {wait:?}, step {step:?}");
        }
    }
}
