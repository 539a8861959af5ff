//! Mock providers: what a provider would answer, as data.
//!
//! A [`MockCase`] is a healthy answer kept in `mocks/`; an [`Upstream`] is a
//! provider made of cases and faults. Both worlds ask the same `Upstream` what
//! to do with a request, so that they differ in nothing but the transport. A
//! [`Desk`] is all of them on one port, for clients of every kind.

mod ask;
mod builtin;
mod case;
mod control;
mod desk;
pub mod fill;
mod journal;
mod library;
mod made;
mod models;
mod prepared;
mod upstream;

pub use builtin::FILES;
pub use case::{About, MockCase};
pub use desk::Desk;
pub(crate) use desk::{bare_path, no_such_path, spoken_at};
pub use library::Library;
pub use upstream::{Answer, Door, Upstream, UpstreamTarget, rehearse};
pub(crate) use upstream::{asked_model, refusal};
