//! A config as the plain tree that it is, for what is not about providers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::Document;
use super::env;
use crate::problem::Problem;

/// Reads an `openclaw.json` and fills its variables in. The tree holds secrets in the clear.
///
/// A variable that cannot be filled in stays as it is written.
///
/// # Errors
/// The text is no JSON5 document, or too large or too deep.
pub fn tree(text: &str, file: &str, env: &BTreeMap<String, String>) -> Result<Value, Problem> {
    let (mut document, mut problems) = Document::parse(text, file)?;
    let vars = env::in_effect(document.root(), env, &mut problems);
    env::substitute(&mut document, &vars);
    Ok(document.value)
}
