//! A config held against its schema, for those who change it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::check::{self, Unknown};
use super::document::Document;
use super::openclaw::{ConfigError, load};
use super::{env, schema};
use crate::problem::Problem;

/// What is wrong with a config, and what may surprise about it. Messages may quote words of the
/// config, with variables filled in: they are for those who redact them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examined {
    /// What OpenClaw refuses: keys that it does not know, values of the wrong kind.
    pub issues: Vec<Problem>,
    /// All else: references that lead nowhere, variables that are not set, notes.
    pub warnings: Vec<Problem>,
}

/// The value of a JSON5 text, its variables not filled in.
///
/// # Errors
/// The text is no JSON5 document, or too large or too deep.
pub fn parse(text: &str, file: &str) -> Result<Value, ConfigError> {
    Document::parse(text, file).map(|(document, _)| document.value).map_err(ConfigError)
}

/// Holds a config against its schema. Variables are filled in from `env` to judge it.
///
/// # Errors
/// The text is no JSON5 document, or too large or too deep.
pub fn examine(text: &str, file: &str, env: &BTreeMap<String, String>) -> Result<Examined, ConfigError> {
    let (mut document, _) = Document::parse(text, file).map_err(ConfigError)?;
    let vars = env::in_effect(document.root(), env, &mut Vec::new());
    env::substitute(&mut document, &vars);
    let mut found = Vec::new();
    check::object(document.root(), &schema::CONFIG, Unknown::Refused, &mut found);
    let config = load(text, file, env, None)?;
    // OpenClaw follows an include; what it brings in may well be right.
    let (mut warnings, issues): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|problem| problem.message.starts_with("`$include`"));
    let is_told = |problem: &Problem| {
        let same = |known: &Problem| known.place == problem.place && known.hint == problem.hint;
        issues.iter().chain(&warnings).any(same)
    };
    let more: Vec<Problem> = config.problems.into_iter().filter(|problem| !is_told(problem)).collect();
    warnings.extend(more);
    warnings.extend(config.notes);
    Ok(Examined { issues, warnings })
}
