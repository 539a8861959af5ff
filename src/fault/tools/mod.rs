//! Faults of tool calls.

pub(super) mod arguments_not_json;
pub(super) mod eof_mid_tool;
pub(super) mod index_missing;
pub(super) mod stop_with_tools;
pub(super) mod tool_not_offered;
pub(super) mod tools_without_calls;
