//! Faults of what surrounds the answer: odd chunks, blocks and reasons.

pub(super) mod choice_no_delta;
pub(super) mod first_chunk_no_choices;
pub(super) mod odd_stop_reason;
pub(super) mod redacted_shape;
pub(super) mod signature_only_block;
