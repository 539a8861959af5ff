//! What another subject was measured to do, beside what ours did.

/// Ours beside another subject, in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Who was measured, with the version.
    pub subject: String,
    /// The dialect that was spoken.
    pub dialect: String,
    /// What it took the fault for, in its own words; `ok` for an answer.
    pub reason: String,
    /// All its requests before it turned to another model or gave up; none where it did not come back.
    pub requests: Option<u32>,
    /// What its own probe says of the model.
    pub probe: String,
    /// What the user was told, or the beginning of it; empty for the answer itself.
    pub told: String,
    /// What ours did.
    pub ours: Ours,
    /// How it differs from ours, in one short sentence each; nothing where it does not.
    pub differs: Vec<String>,
}

/// What our subject did with the same fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    /// The class of the first failure; none where the first choice answered.
    pub class: Option<String>,
    /// Requests that the first choice got.
    pub requests: u32,
    /// Who answered, as `provider/model`; none where nobody did.
    pub answered: Option<String>,
    /// Whether it was another than the first choice.
    pub fell_back: bool,
}
