//! Faults of server-sent events: line ends, marks, encodings, records.

pub(super) mod after_terminal;
pub(super) mod bad_json_record;
pub(super) mod bom;
pub(super) mod bom_split;
pub(super) mod comments;
pub(super) mod comments_only;
pub(super) mod crlf;
pub(super) mod crlf_split;
pub(super) mod empty_stream;
pub(super) mod giant_record;
pub(super) mod last_blank_missing;
pub(super) mod lone_cr;
pub(super) mod long_comment;
pub(super) mod mime_charset;
pub(super) mod mime_wrong;
pub(super) mod multi_line_data;
pub(super) mod no_event_names;
pub(super) mod no_space;
pub(super) mod one_burst;
pub(super) mod one_byte_writes;
pub(super) mod pings_only;
pub(super) mod terminal_missing;
pub(super) mod unknown_field;
pub(super) mod utf8_bad;
pub(super) mod utf8_cut;
pub(super) mod utf8_split;
