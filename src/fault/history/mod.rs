//! Faults that the earlier turns of a request provoke.

pub(super) mod id_too_strict;
pub(super) mod reasoning_must_return;
pub(super) mod thinking_signature_lost;
pub(super) mod toolturn_null_vs_empty;
