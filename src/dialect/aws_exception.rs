//! The exceptions that Amazon's binary streams carry, shared by the dialects that stream so.

use serde_json::Value;

use super::error_shape;
use crate::chat::ErrorBody;

/// The error that a record tells whose frame, or whose only key, has this name; `None` where the name
/// is not one of an exception.
pub(crate) fn read(name: &str, told: &Value) -> Option<ErrorBody> {
    let is_one = name.ends_with("Exception") || name.ends_with("Error");
    if !is_one && name != "error" {
        return None;
    }
    let mut error = error_shape::read(told).unwrap_or_default();
    if is_one {
        error.kind = Some(name.to_owned());
    }
    Some(error)
}
