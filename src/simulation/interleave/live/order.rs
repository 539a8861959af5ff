//! An order of units.

/// An order, and what the model says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The actors, unit by unit.
    pub who: Vec<usize>,
    /// Why it is played.
    pub why: Why,
    /// The invariants that it breaks under the model, by their places.
    pub breaks: Vec<usize>,
}

/// Why an order is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is the shortest that breaks the invariant at this place.
    Loses(usize),
    /// One script after the other, beginning with this actor.
    OneByOne(usize),
    /// Each actor in turn.
    InTurn,
    /// Drawn by chance.
    Drawn,
    /// It is the only one that the file is about.
    Given,
}
