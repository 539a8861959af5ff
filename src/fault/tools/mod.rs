//! Faults of tool calls.

pub(super) mod args_off_schema;
pub(super) mod arguments_not_json;
pub(super) mod empty_tool_delta;
pub(super) mod eof_mid_tool;
pub(super) mod id_dup;
pub(super) mod id_repeated;
pub(super) mod index_all_zero;
pub(super) mod index_drifts;
pub(super) mod index_missing;
pub(super) mod late_name;
pub(super) mod stop_with_tools;
pub(super) mod token_leak_content;
pub(super) mod token_leak_name;
pub(super) mod tool_not_offered;
pub(super) mod tools_without_calls;
pub(super) mod two_calls_one_delta;
