//! What another subject was measured to do in the same place.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_saphyr::Spanned;

/// What another subject was measured to do with the faults of this scenario, to be told beside what
/// happens here. It decides no verdict.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reference {
    /// Who was measured, with the version.
    pub subject: String,
    /// What it did, by the dialect of the primary.
    #[schemars(with = "BTreeMap<String, ReferenceRow>")]
    pub rows: BTreeMap<String, Spanned<ReferenceRow>>,
}

/// What was measured of one dialect.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReferenceRow {
    /// Requests of one call of its transport; absent where it did not come back.
    #[serde(default)]
    pub requests: Option<u32>,
    /// Whether the call was then made three times more, so that all its requests came four times.
    #[serde(default)]
    pub resent: bool,
    /// What it took the fault for.
    pub reason: Reason,
    /// What its own probe says of the model then.
    pub probe: Probe,
    /// What the user was told, or the beginning of it; empty for the answer itself.
    #[serde(default)]
    pub told: String,
}

/// How often a call is made in all, when it is made again.
const CALLS: u32 = 4;

impl ReferenceRow {
    /// All requests before it turned to another model or gave up.
    #[must_use]
    pub fn requests_in_all(&self) -> Option<u32> {
        let calls = if self.resent { CALLS } else { 1 };
        self.requests.map(|requests| requests.saturating_mul(calls))
    }
}

/// What a subject took a fault for: its reason to turn to another model, or what it did in place of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing was wrong to it: the answer is the user's.
    Ok,
    /// Some failure without a reason: its text becomes the answer, and no other model is asked.
    None,
    /// The key.
    Auth,
    /// A key that will never do again.
    AuthPermanent,
    /// No credit.
    Billing,
    /// A limit of requests or tokens.
    RateLimit,
    /// Overload.
    Overloaded,
    /// A timeout, whatever it was.
    Timeout,
    /// Silence, cut by its own watch.
    Idle,
    /// A request in the wrong format.
    Format,
    /// An unknown model.
    ModelNotFound,
    /// A prompt that is too long: it is shortened, and no other model is asked.
    Context,
    /// The same, but the turn ends as a success without a word.
    ContextSilent,
    /// It never came back.
    Hangs,
}

impl Reason {
    /// The word for it, as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::None => "none",
            Self::Auth => "auth",
            Self::AuthPermanent => "auth_permanent",
            Self::Billing => "billing",
            Self::RateLimit => "rate_limit",
            Self::Overloaded => "overloaded",
            Self::Timeout => "timeout",
            Self::Idle => "idle",
            Self::Format => "format",
            Self::ModelNotFound => "model_not_found",
            Self::Context => "context",
            Self::ContextSilent => "context_silent",
            Self::Hangs => "hangs",
        }
    }

    /// Whether it asks another model for it, where there is one.
    #[must_use]
    pub const fn falls_back(self) -> bool {
        !matches!(self, Self::Ok | Self::None | Self::Context | Self::ContextSilent | Self::Hangs)
    }
}

/// What a probe says of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// It works.
    Ok,
    /// The key.
    Auth,
    /// No credit.
    Billing,
    /// A limit, or overload.
    RateLimit,
    /// A timeout.
    Timeout,
    /// A request in the wrong format.
    Format,
    /// Anything else.
    Unknown,
}

impl Probe {
    /// The word for it, as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Auth => "auth",
            Self::Billing => "billing",
            Self::RateLimit => "rate_limit",
            Self::Timeout => "timeout",
            Self::Format => "format",
            Self::Unknown => "unknown",
        }
    }
}
