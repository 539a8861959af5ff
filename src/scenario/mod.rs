//! Scenarios: declared experiments, from files to plans, and checks over what happened.

mod builtin;
mod check;
mod compile;
pub mod foreign;
mod judge;
mod plan;
pub mod race;
mod read;
mod reference;
pub mod schema;

pub use builtin::FILES;
pub use check::{ALL as CHECKS, Answer, Check, CheckScene};
pub use compile::compile;
pub use judge::{Judged, judge, suggest_siblings};
pub use plan::{Caller, Cell, Expected, Plan, Reference};
pub use read::{Source, read};
