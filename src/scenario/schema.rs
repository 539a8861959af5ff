//! The scenario file, as it is written.
//!
//! These types are the format; the JSON Schema that editors use is derived from them.

mod reference;

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::fault;
use crate::scalar::Span;

pub use reference::{Probe, Reason, Reference, ReferenceRow};

/// A scenario: a declared experiment.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// Stable, lower-case, dotted id, unique among all scenarios.
    #[schemars(with = "String", regex(pattern = r"^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$"))]
    pub id: Spanned<String>,
    /// One line that says what goes wrong, or right.
    pub title: String,
    /// The story behind it.
    #[serde(default)]
    pub about: Option<String>,
    /// Words to select by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What is judged.
    #[serde(default)]
    pub subject: SubjectWord,
    /// The worlds it runs in; both unless named.
    #[serde(default)]
    pub worlds: Option<Vec<WorldWord>>,
    /// Why it runs in one world only.
    #[serde(default)]
    pub worlds_reason: Option<String>,
    /// An `openclaw.json` beside this file, from which providers and routes are taken.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub config: Option<Spanned<String>>,
    /// Environment variables for the configuration.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What is asked.
    #[serde(default)]
    pub request: Request,
    /// Who answers: mock targets by `provider/model`, or by `provider` where it has no model.
    #[schemars(with = "BTreeMap<String, Target>")]
    pub targets: BTreeMap<String, Spanned<Target>>,
    /// The cells: who is asked first, who next, and what must be observed.
    #[schemars(with = "Vec<Row>")]
    pub matrix: Vec<Spanned<Row>>,
    /// The limits of a turn.
    #[serde(default)]
    pub limits: Limits,
    /// What the caller does, beside asking.
    #[serde(default)]
    pub caller: Caller,
    /// What another subject was measured to do here.
    #[serde(default)]
    pub reference: Option<Reference>,
}

/// What the caller does, beside asking.
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Caller {
    /// It hangs up so long after the beginning of the turn.
    #[serde(default)]
    pub leaves: Option<Span>,
}

/// What is asked.
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Request {
    /// The user's words.
    #[serde(default)]
    pub prompt: Option<String>,
    /// Instructions before them.
    #[serde(default)]
    pub system: Option<String>,
    /// The tools on offer.
    #[serde(default)]
    pub tools: Vec<Tool>,
    /// The most tokens to answer with.
    #[serde(default)]
    pub max_tokens: Option<u64>,
    /// Whether the answer comes as a stream; it does unless told otherwise.
    #[serde(default)]
    pub stream: Option<bool>,
}

/// A tool on offer.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does.
    #[serde(default)]
    pub description: Option<String>,
    /// The JSON Schema of its arguments.
    pub parameters: serde_json::Value,
}

/// A mock target.
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Target {
    /// The mock that answers when nothing is wrong; absent where the provider has no model.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub mock: Option<Spanned<String>>,
    /// The base URL, unless the configuration names it.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The key that the router sends, unless the configuration names it.
    #[serde(default)]
    pub key: Option<String>,
    /// What is wrong, in order.
    #[serde(default)]
    #[schemars(with = "Vec<FaultUse>")]
    pub faults: Vec<Spanned<FaultUse>>,
}

/// A fault in use: its name, or a mapping with its name, parameters and dose.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(transparent)]
pub struct FaultUse(pub serde_json::Value);

impl JsonSchema for FaultUse {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fault".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = fault::all().iter().map(|fault| fault.name()).collect();
        json_schema!({
            "description": "A fault by name, or a mapping with its name, its parameters and its dose.",
            "oneOf": [
                {"type": "string", "anyOf": [{"enum": names}, {"pattern": "^[A-Za-z][0-9]{2}$"}]},
                {
                    "type": "object",
                    "required": ["fault"],
                    "properties": {
                        "fault": {"type": "string"},
                        "dose": {
                            "type": "object",
                            "additionalProperties": false,
                            "properties": {
                                "times": {"type": "integer", "minimum": 0, "description": "Only the first so many requests."},
                                "after": {"type": "integer", "minimum": 0, "description": "Not the first so many requests."},
                                "probability": {"type": "number", "minimum": 0, "maximum": 1, "description": "Rolled from the seed."}
                            }
                        }
                    }
                }
            ]
        })
    }
}

/// One row of the matrix; several primaries make several cells.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Row {
    /// Who is asked first, as `provider/model` (or `provider`); one or several.
    #[serde(default)]
    #[schemars(with = "Option<Names>")]
    pub primary: Option<Spanned<Names>>,
    /// In place of `primary`: the route of the configuration that decides.
    #[serde(default)]
    #[schemars(with = "Option<RouteWord>")]
    pub route: Option<Spanned<RouteWord>>,
    /// Who is asked next.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub fallbacks: Vec<Spanned<String>>,
    /// What must be observed of the primary.
    #[schemars(with = "Expect")]
    pub expect: Spanned<Expect>,
    /// Who must give the answer; the primary when it is healthy, else nobody, unless told.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub answered_by: Option<Spanned<String>>,
    /// The failure that the caller must get when nobody answers.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub fails_with: Option<Spanned<String>>,
    /// How many requests the primary must see.
    #[serde(default)]
    pub attempts: Option<u32>,
}

/// What must be observed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// Nothing is wrong.
    Healthy,
    /// It misbehaves, for this cause.
    Faulty(String),
    /// It cannot be reached, for this cause.
    Unreachable(String),
}

/// What is judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectWord {
    /// The provider.
    #[default]
    Provider,
    /// The router.
    Router,
}

/// A world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorldWord {
    /// Pure machines, virtual time.
    Sim,
    /// Real sockets, real time.
    Wire,
}

/// A route of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RouteWord {
    /// The main agent's model and fallbacks.
    Main,
    /// The subagents' model and fallbacks.
    Subagent,
}

/// The limits of a turn; what is absent has its default.
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Until the connection stands.
    #[serde(default)]
    pub connect: Option<Span>,
    /// From the connection to status and headers.
    #[serde(default)]
    pub headers: Option<Span>,
    /// From the headers to the first event with content.
    #[serde(default)]
    pub first_event: Option<Span>,
    /// Between two events with content.
    #[serde(default)]
    pub inter_event: Option<Span>,
    /// The whole turn.
    #[serde(default)]
    pub total: Option<Span>,
    /// From the terminal event to the end of the answer.
    #[serde(default)]
    pub drain: Option<Span>,
    /// The longest `retry-after` worth waiting for.
    #[serde(default)]
    pub wait_max: Option<Span>,
    /// The most attempts of the turn.
    #[serde(default)]
    pub attempts: Option<u32>,
    /// The most attempts at one candidate.
    #[serde(default)]
    pub attempts_per_candidate: Option<u32>,
}

/// One name or a list of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Names;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or a list of names")
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Names, E> {
                Ok(Names(vec![name.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

impl JsonSchema for Names {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Names".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One name or a list of names.",
            "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
        })
    }
}

/// The `$id` of the published JSON Schema.
pub const SCHEMA_ID: &str = "urn:provoke:schema:scenario:1";

/// The published JSON Schema of scenario files.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(File).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("$id".to_owned(), SCHEMA_ID.into());
        object.insert("title".to_owned(), "provoke scenario".into());
    }
    schema
}
