//! The spine: what crossed the wire, and when.
//!
//! Live runs, mock runs, simulations and imports all end as a [`Recording`];
//! checks, diagnosis and reports only ever read it.

mod exchange;
pub mod timeline;
pub mod trace;
pub mod redact;
pub mod tap;
mod wall;
pub mod cassette;

pub use exchange::{
    Decision, DuplexExchange, Exchange, Frame, FrameOrigin, FramesDropped, HttpExchange, Recording,
    RequestBytes, Side, Stage, Timed, TransportEvent,
};

pub use crate::wire::http::Head;
pub use redact::Redactor;
pub use tap::{ExchangeId, Leg, Policy, Tap};
pub use trace::Trace;
pub use wall::Wall;
