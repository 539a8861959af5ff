//! Routing: which model answers a turn, and what happens when it does not.
//!
//! One machine, [`Turn`], decides everything: candidates in order, one retry
//! budget, a deadline per stage, the commit at the first content event, and the
//! *true* cause of every failure. It is told the time and what the transport
//! saw; it answers with what to do. Both worlds drive this same machine.

mod attempt;
mod body;
mod candidate;
mod classify;
pub mod conduct;
pub mod service;
mod egress;
mod failure;
mod policy;
mod session;
mod step;
mod turn;

pub use candidate::Candidate;
pub use classify::{classify_error, classify_status};
pub(crate) use classify::{
    coding as content_coding, is_bot_check, is_retired, looks_like_html, takes_no_tools,
};
pub use failure::{Failure, FailureClass, Next};
pub use policy::{Backoff, Deadlines, Policy};
pub use session::{Effect, Session};
pub use step::{Call, Input, Outcome, Output};
pub use turn::Turn;
