//! How much to reason, as a level.

/// A token budget up to this reads as `low` effort.
const LOW_MAX: u64 = 2048;

/// A token budget up to this reads as `medium` effort.
const MEDIUM_MAX: u64 = 8192;

/// The level nearest to a budget of tokens.
pub(in crate::dialect) const fn of_budget(tokens: u64) -> &'static str {
    if tokens <= LOW_MAX {
        "low"
    } else if tokens <= MEDIUM_MAX {
        "medium"
    } else {
        "high"
    }
}
