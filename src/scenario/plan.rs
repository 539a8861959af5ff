//! A compiled scenario: everything that a world needs to run it.

use std::time::Duration;

use super::schema::ReferenceRow;
use crate::chat::Request;
use crate::mock::UpstreamTarget;
use crate::routing::{Candidate, Policy};
use crate::verdict::{State, Subject, World};

/// A compiled scenario.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The id.
    pub id: String,
    /// One line.
    pub title: String,
    /// The story.
    pub about: String,
    /// Words to select by.
    pub tags: Vec<String>,
    /// The file, as the user can open it.
    pub file: String,
    /// What is judged.
    pub subject: Subject,
    /// The worlds it runs in.
    pub worlds: Vec<World>,
    /// Why it runs in one world only; empty when it runs in both.
    pub worlds_reason: String,
    /// What is asked.
    pub request: Request,
    /// What the caller does, beside asking.
    pub caller: Caller,
    /// The limits.
    pub policy: Policy,
    /// The mock targets.
    pub targets: Vec<UpstreamTarget>,
    /// The cells of the matrix.
    pub cells: Vec<Cell>,
}

/// What the caller does, beside asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caller {
    /// When it hangs up, from the beginning of the turn; it stays unless told otherwise.
    pub leaves: Option<Duration>,
}

/// One cell of a scenario's matrix.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The primary's provider.
    pub provider: String,
    /// The primary's model; empty where the provider has none.
    pub model: String,
    /// Who is asked, in order; empty where the provider has no model.
    pub candidates: Vec<Candidate>,
    /// For each candidate, the place of its target in [`Plan::targets`].
    pub targets: Vec<usize>,
    /// Where the primary's key comes from, where the configuration tells.
    pub key_source: Option<String>,
    /// What must be observed of the primary.
    pub expected: Expected,
    /// Who must answer: the place of a candidate, or nobody.
    pub answered_by: Option<usize>,
    /// The failure that the caller must get when nobody answers.
    pub fails_with: Option<String>,
    /// How many requests the primary must see.
    pub attempts: Option<u32>,
    /// What another subject was measured to do here.
    pub reference: Option<Reference>,
    /// The row's line in the file.
    pub line: u32,
}

/// What another subject was measured to do in this cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Who was measured, with the version.
    pub subject: String,
    /// The dialect that it was measured in.
    pub dialect: &'static str,
    /// What it did.
    pub row: ReferenceRow,
}

/// What must be observed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The state.
    pub state: State,
    /// The cause, unless healthy.
    pub cause: Option<String>,
}

impl Expected {
    /// In words, as a scenario declares it.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {cause}", self.state.name()),
            None => self.state.name().to_owned(),
        }
    }
}

impl Cell {
    /// `provider/model`, or `provider` where it has no model.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.provider, &self.model)
    }
}

/// `provider/model`, or `provider` where there is no model.
#[must_use]
fn label(provider: &str, model: &str) -> String {
    if model.is_empty() { provider.to_owned() } else { format!("{provider}/{model}") }
}

impl Plan {
    /// The id of a cell in a world.
    #[must_use]
    pub fn case_id(&self, cell: &Cell, world: World) -> String {
        format!("{}[{}]@{}", self.id, cell.label(), world.name())
    }
}
