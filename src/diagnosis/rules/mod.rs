//! One file per family of causes, tried in this order: the earliest failure first.

mod answer;
mod body;
mod status;
mod stream;
mod tools;
mod transport;

use super::Rule;

/// Every rule.
pub(super) const ALL: &[&dyn Rule] = &[
    &transport::Transport,
    &status::Status,
    &body::Body,
    &stream::ErrorInside,
    &stream::Empty,
    &stream::Malformed,
    &stream::TerminalAlone,
    &stream::Ending,
    &stream::EventLines,
    &answer::Empty,
    &answer::Repeats,
    &tools::BadCall,
    &answer::Substitution,
    &answer::Truncated,
];
