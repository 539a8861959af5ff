//! Faults in the life of a stream: stalls, cuts, errors, empty and false endings.

pub(super) mod empty_stop;
pub(super) mod error_empty_choices;
pub(super) mod error_first;
pub(super) mod error_no_done;
pub(super) mod error_then_done;
pub(super) mod failure_as_empty_turn;
pub(super) mod fake_stream;
pub(super) mod finish_error;
pub(super) mod finish_missing;
pub(super) mod first_token_stall;
pub(super) mod held_open;
pub(super) mod length_zero;
pub(super) mod loop_output;
pub(super) mod reasoning_only;
pub(super) mod replayed_text;
pub(super) mod slow_drip;
pub(super) mod slow_first_token;
pub(super) mod stall_comments;
pub(super) mod stall_pings;
pub(super) mod stall_silent;
pub(super) mod stream_error;
pub(super) mod truncated;
pub(super) mod usage_repeated;
