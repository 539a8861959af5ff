//! What a stream decoder keeps of each choice.

use serde_json::Value;

use super::tools::Calls;
use crate::chat::ErrorBody;
use crate::dialect::error_shape;
use crate::dialect::json::spelt;

/// One choice of a streamed answer.
#[derive(Debug, Default)]
pub(in crate::dialect) struct Choice {
    pub index: u32,
    pub open: Option<(Kind, u32)>,
    pub calls: Calls,
    pub spoke: bool,
    pub finish: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dialect) enum Kind {
    Text,
    Reasoning,
    Refusal,
}

/// The error of an `event: error` record, whatever stands in it.
pub(in crate::dialect) fn named_error(chunk: &Value) -> ErrorBody {
    error_shape::read(chunk).unwrap_or_else(|| ErrorBody { message: spelt(chunk), ..ErrorBody::default() })
}

/// The kind of a value, in words.
pub(in crate::dialect) const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
