//! The clock of the wire world: real time, told to the house in nominal moments.

use std::time::Duration;

use tokio::time::Instant;

use crate::moment::Moment;

/// How many nominal seconds pass in a real one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeScale(f64);

impl TimeScale {
    /// One second is one second.
    pub const REAL: Self = Self(1.0);

    /// The wire world's usual scale: a nominal minute in 1.2 seconds.
    pub const FAST: Self = Self(50.0);

    /// A scale from 1 (real time) to 1000; `None` outside.
    #[must_use]
    pub fn new(factor: f64) -> Option<Self> {
        (1.0..=1000.0).contains(&factor).then_some(Self(factor))
    }

    /// The real duration of a nominal one.
    #[must_use]
    pub fn real(self, nominal: Duration) -> Duration {
        nominal.div_f64(self.0)
    }

    /// The nominal duration of a real one.
    #[must_use]
    pub fn nominal(self, real: Duration) -> Duration {
        real.mul_f64(self.0)
    }
}

/// A running clock. Copies run together.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: Instant,
    scale: TimeScale,
}

impl Clock {
    /// A clock that begins now.
    #[must_use]
    pub fn start(scale: TimeScale) -> Self {
        Self { began: Instant::now(), scale }
    }

    /// The nominal moment.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment::ZERO + self.scale.nominal(self.began.elapsed())
    }

    /// The instant at which a nominal moment comes.
    #[must_use]
    pub fn instant(&self, moment: Moment) -> Instant {
        self.began + self.scale.real(moment.since(Moment::ZERO))
    }
}

/// Waits for an instant; for ever where there is none.
pub async fn reached(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
