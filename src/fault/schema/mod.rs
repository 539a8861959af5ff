//! Rejections of what a request asks for.

pub(super) mod any_of_siblings_rejected;
pub(super) mod content_filtered;
pub(super) mod json_schema_ignored;
pub(super) mod max_tokens_refused;
pub(super) mod max_tokens_required;
pub(super) mod numeric_bounds_rejected;
pub(super) mod prefill_refused;
pub(super) mod ref_siblings_rejected;
pub(super) mod schema_rejected;
pub(super) mod temperature_fixed;
pub(super) mod tools_unsupported;
