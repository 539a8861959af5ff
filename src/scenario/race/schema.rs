//! The race file, as it is written.
//!
//! These types are the format; the JSON Schema that editors use is derived from them.

mod entry;
mod words;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_saphyr::Spanned;

use crate::scalar::Span;

pub use entry::{Entry, FORMS, Slip, form};
pub use words::{Actor, Grants, Ordered, Scopes, SignedSpan};

/// A race: a few short scripts that run at once against one gateway.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// Stable, lower-case, dotted id, unique among all scenarios.
    #[schemars(with = "String", regex(pattern = r"^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$"))]
    pub id: Spanned<String>,
    /// One line that says what could go wrong.
    pub title: String,
    /// The story behind it.
    #[serde(default)]
    pub about: Option<String>,
    /// Where it was seen, or why it can happen.
    pub source: String,
    /// Words to select by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What stands before the first act.
    #[serde(default)]
    pub start: Start,
    /// Who acts, by name, in the order in which they are drawn.
    #[schemars(with = "BTreeMap<String, Actor>", extend("minProperties" = 1, "maxProperties" = super::ACTORS_MAX))]
    pub actors: Spanned<Ordered<Actor>>,
    /// The invariants that are known to break, by policy; nothing breaks under a policy that is not named.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub breaks: Ordered<Vec<Spanned<String>>>,
    /// This order alone, as the names of the actors, move by move; all orders unless given.
    #[serde(default)]
    #[schemars(with = "Option<Vec<String>>")]
    pub order: Option<Vec<Spanned<String>>>,
}

/// What stands before the first act.
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Start {
    /// What the shared secret is good for on the gateway's own machine.
    #[serde(default)]
    pub local_upgrade: LocalUpgradeWord,
    /// Devices that are paired, by name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Grants>")]
    pub devices: Ordered<Grants>,
    /// Requests that stand, by name; every actor has been shown them.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Connect>")]
    pub requests: Ordered<Connect>,
    /// Bootstrap tokens that were handed out, by name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Bootstrap>")]
    pub bootstraps: Ordered<Bootstrap>,
    /// How many gateway processes share the store; one unless given.
    #[serde(default)]
    #[schemars(with = "Option<usize>", range(min = 1, max = 4))]
    pub gateways: Option<Spanned<usize>>,
}

/// What the shared secret is good for on the gateway's own machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LocalUpgradeWord {
    /// Nothing beyond the grant: more must be approved.
    #[default]
    Ask,
    /// More scopes, for the connection that asks.
    Connection,
}

/// What a device may do in one role.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grant {
    /// The role.
    #[serde(default)]
    pub role: RoleWord,
    /// The scopes.
    #[serde(default)]
    pub scopes: Scopes,
}

/// What a bootstrap token lets its bearer become.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bootstrap {
    /// The roles.
    pub roles: Vec<RoleWord>,
    /// The scopes that go with them.
    #[serde(default)]
    pub scopes: Scopes,
}

/// A role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoleWord {
    /// Somebody who steers.
    #[default]
    Operator,
    /// A machine that is steered.
    Node,
}

/// Somebody who acts, and how.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ActorMap {
    /// How it reaches the gateway with everything but its connects; by a connection that is open already
    /// unless given.
    #[serde(default)]
    pub via: ViaWord,
    /// Which gateway process it talks to, from 0.
    #[serde(default)]
    #[schemars(with = "Option<usize>", range(max = 3))]
    pub gateway: Option<Spanned<usize>>,
    /// What it does, in this order.
    #[schemars(with = "Vec<Entry>")]
    pub does: Vec<Spanned<Entry>>,
}

/// How an actor reaches the gateway.
#[derive(Debug, Clone, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum ViaWord {
    /// Over a connection that is open already, with all scopes.
    #[default]
    Socket,
    /// Past the gateway, in the files of its state folder.
    Files,
    /// As OpenClaw's command line does, under the key of this device.
    Cli(#[schemars(with = "String")] Spanned<String>),
}

/// One thing that an actor does.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Act {
    /// Connects, and hangs up when answered.
    Connect(Box<Connect>),
    /// Looks at what is paired and what is asked.
    List,
    /// Approves a request.
    Approve(ApproveWord),
    /// Rejects a request.
    Reject(WhichWord),
    /// Removes a device.
    Remove(#[schemars(with = "String")] Spanned<String>),
    /// Gives a device a new token.
    Rotate(TokenOf),
    /// Makes the token of a device worthless.
    Revoke(TokenOf),
    /// Kills a gateway process, and starts it again.
    Kill(#[schemars(with = "usize")] Spanned<usize>),
    /// Lets time pass.
    Wait(#[schemars(with = "Span")] Spanned<Span>),
    /// Sets the wall clock forward or back; no time passes.
    StepClock(#[schemars(with = "SignedSpan")] Spanned<SignedSpan>),
}

/// What is approved.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum ApproveWord {
    /// The newest that the actor's last look showed.
    Shown,
    /// The one that the gateway told of last, over the open connection; waits until there is one.
    Heard,
    /// One that stands at the start, by its name.
    Id(#[schemars(with = "String")] Spanned<String>),
    /// What this device asks, whatever its id is then: looks, approves the newest request of the device, and
    /// where that is gone by then looks again; never one that asks for more than was shown first, by the
    /// actor's last look before the act or by the first within it.
    Device(#[schemars(with = "String")] Spanned<String>),
}

/// Which request is rejected.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhichWord {
    /// The newest that the actor's last look showed.
    Shown,
    /// The one that the gateway told of last, over the open connection; waits until there is one.
    Heard,
    /// One that stands at the start, by its name.
    Id(#[schemars(with = "String")] Spanned<String>),
}

/// The token of a device in a role.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TokenOf {
    /// The device.
    #[schemars(with = "String")]
    pub device: Spanned<String>,
    /// The role.
    #[serde(default)]
    pub role: RoleWord,
}

/// A connect.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Connect {
    /// The device.
    #[schemars(with = "String")]
    pub device: Spanned<String>,
    /// The role that it asks.
    #[serde(default)]
    pub role: RoleWord,
    /// The scopes that it asks, as they are sent.
    #[serde(default)]
    pub scopes: Scopes,
    /// How it proves that it may talk to the gateway at all.
    #[serde(default)]
    pub proof: ProofWord,
    /// The client's id and mode; `cli/cli` unless given.
    #[serde(default)]
    #[schemars(with = "Option<String>", regex(pattern = "^[^/]*/[^/]*$"))]
    pub client: Option<Spanned<String>>,
    /// The platform that the device claims; `linux` unless given.
    #[serde(default)]
    pub platform: Option<String>,
    /// Whether the caller is on the gateway's own machine, by its address and its Host header.
    #[serde(default = "yes")]
    pub local: bool,
    /// Whether the signature is good.
    #[serde(default = "yes")]
    pub signed: bool,
    /// How often, one after the other; once unless given. Only of an act.
    #[serde(default)]
    #[schemars(with = "Option<usize>", range(min = 1, max = 64))]
    pub times: Option<Spanned<usize>>,
}

const fn yes() -> bool {
    true
}

/// How a connect proves that it may talk to the gateway at all.
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProofWord {
    /// By the shared token.
    #[default]
    Shared,
    /// By the device token that the actor was given last.
    Device,
    /// By a bootstrap token of the start, by its name.
    Bootstrap(#[schemars(with = "String")] Spanned<String>),
}

/// The `$id` of the published JSON Schema.
pub const SCHEMA_ID: &str = "urn:provoke:schema:race:1";

/// The published JSON Schema of race files.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(File).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("$id".to_owned(), SCHEMA_ID.into());
        object.insert("title".to_owned(), "provoke race".into());
    }
    schema
}
