//! Mock providers: what a provider would answer, as data.
//!
//! A [`MockCase`] is a healthy answer kept in `mocks/`; an [`Upstream`] is a
//! provider made of cases and faults. Both worlds ask the same `Upstream` what
//! to do with a request, so that they differ in nothing but the transport.

mod builtin;
mod case;
mod desk;
mod library;
mod upstream;

pub use builtin::FILES;
pub use case::{About, MockCase};
pub use desk::Desk;
pub use library::Library;
pub use upstream::{Answer, Door, Upstream, UpstreamTarget, rehearse};
