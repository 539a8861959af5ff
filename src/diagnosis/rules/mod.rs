//! One file per family of causes, tried in this order: the earliest failure first.

mod answer;
mod body;
mod oddity;
mod status;
mod stream;
mod tools;
mod transport;
mod usage;

use super::Rule;

/// Every rule.
pub(super) const ALL: &[&dyn Rule] = &[
    &transport::Transport,
    &status::Status,
    &body::Body,
    &stream::ErrorInside,
    &stream::Empty,
    &oddity::TooLarge,
    &stream::Malformed,
    &stream::TerminalAlone,
    &stream::Ending,
    &stream::EventLines,
    &answer::Empty,
    &answer::Repeats,
    &oddity::Promise,
    &oddity::LastRecord,
    &oddity::ContentType,
    &oddity::Replayed,
    &oddity::EmptyRedacted,
    &tools::TemplateLeak,
    &tools::CallsMissing,
    &tools::DuplicateId,
    &tools::BadCall,
    &answer::SchemaIgnored,
    &answer::Substitution,
    &usage::Truncated,
    &usage::Implausible,
];
