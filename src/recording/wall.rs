//! The wall: what reached the mocks, as they saw it themselves.
//!
//! It is the witness that no subject can talk over: how many requests came, when, with what in
//! them, how much was sent in answer, and when the subject hung up.

use super::redact::Redactor;
use super::tap::{ExchangeId, Leg, Policy, Tap};
use super::{Exchange, HttpExchange, RequestBytes, Side, TransportEvent};
use crate::moment::Moment;

/// Builds the log of the mocks of one case. Secrets are removed on the way in.
#[derive(Debug)]
pub struct Wall {
    tap: Tap,
    seen: u32,
}

impl Wall {
    /// A wall that nothing has reached yet.
    #[must_use]
    pub const fn new(redactor: Redactor) -> Self {
        Self { tap: Tap::new(Policy::Full, redactor), seen: 0 }
    }

    /// A request reached a model of a provider, which speaks this dialect.
    pub fn arrived(
        &mut self,
        (provider, model): (&str, &str),
        dialect: &str,
        request: RequestBytes,
        at: Moment,
    ) -> ExchangeId {
        self.seen += 1;
        let leg = Leg { side: Side::Wall, attempt: self.seen, provider, model, dialect };
        self.tap.begin(leg, request, at)
    }

    /// The mock sent something, or saw the other side leave (`Cancelled`).
    pub fn event(&mut self, id: ExchangeId, at: Moment, event: TransportEvent) {
        self.tap.event(id, at, event);
    }

    /// The log.
    #[must_use]
    pub fn finish(self) -> Vec<Exchange> {
        self.tap.finish().exchanges
    }
}

impl HttpExchange {
    /// When the other side was seen to leave before the answer was at its end.
    #[must_use]
    pub fn abandoned(&self) -> Option<Moment> {
        self.end().filter(|end| end.what == TransportEvent::Cancelled).map(|end| end.at)
    }
}
