//! Faults of the token counts.

pub(super) mod cache_moves;
pub(super) mod usage_cumulative;
pub(super) mod usage_only_in_delta;
pub(super) mod usage_refused;
