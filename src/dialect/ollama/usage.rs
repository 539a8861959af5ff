//! Token counts. What was read from the cache is not counted: `prompt_eval_count` is then missing.

use serde_json::{Map, Value};

use crate::chat::Usage;
use crate::dialect::json::count;

/// Reads the counts of an answer, where it has any.
pub(super) fn read(answer: &Value) -> Option<Usage> {
    let (input, output) = (count(answer, "prompt_eval_count"), count(answer, "eval_count"));
    (input.is_some() || output.is_some()).then(|| Usage { input, output, ..Usage::default() })
}

/// Writes the counts.
pub(super) fn write(usage: &Usage, answer: &mut Map<String, Value>) {
    for (key, count) in [("prompt_eval_count", usage.input), ("eval_count", usage.output)] {
        if let Some(count) = count {
            answer.insert(key.to_owned(), count.into());
        }
    }
}
