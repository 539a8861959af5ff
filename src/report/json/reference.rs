//! What another subject was measured to do, in the shape of the report.

use schemars::JsonSchema;
use serde::Serialize;

use crate::verdict;

/// What another subject was measured to do with the same fault, beside what happened here. It decides no verdict.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reference {
    /// Who was measured, with the version.
    subject: String,
    /// The dialect that was spoken.
    dialect: String,
    /// What it took the fault for, in its own words: `ok` for an answer, `none` where its error became the
    /// answer, `context` and `context_silent` where it took the prompt for too long and asked nobody else,
    /// `idle` for silence, `hangs` where it never came back; else its reason to ask another model.
    reason: String,
    /// All its requests before it asked another model or gave up; null where it did not come back.
    requests: Option<u32>,
    /// What its own probe says of the model.
    probe: String,
    /// What its user was told, or the beginning of it; empty for the answer itself.
    told: String,
    /// What happened here.
    ours: Ours,
    /// How it differs from that, one short sentence each; empty where it does not.
    differs: Vec<String>,
}

/// What happened here.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Ours {
    /// The class of the first failure, such as `empty-stream`; null where the first choice answered.
    class: Option<String>,
    /// Requests that the first choice got.
    requests: u32,
    /// Who answered, as `provider/model`; null where nobody did.
    answered: Option<String>,
}

impl Reference {
    /// The shape of a comparison.
    pub(super) fn of(reference: &verdict::Reference) -> Self {
        let ours = &reference.ours;
        Self {
            subject: reference.subject.clone(),
            dialect: reference.dialect.clone(),
            reason: reference.reason.clone(),
            requests: reference.requests,
            probe: reference.probe.clone(),
            told: reference.told.clone(),
            ours: Ours {
                class: ours.class.clone(),
                requests: ours.requests,
                answered: ours.answered.clone(),
            },
            differs: reference.differs.clone(),
        }
    }
}
