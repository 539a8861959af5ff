//! Pairing by chance: whatever is asked in whatever order, the rules hold.
