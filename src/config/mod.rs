//! The configuration of OpenClaw (`openclaw.json`, `models.json`, environment),
//! resolved to providers, models and candidates.
//!
//! Nothing here reads a file or the environment: the caller passes texts and a
//! map. A config that is understood in part is loaded in part: what is wrong
//! stands beside it, each with its line and column. No secret is ever shown.
//!
//! The way down: [`scan`] bounds the text and knows where everything stands,
//! `document` parses it, `env` fills variables in, `check` holds it against
//! the tables of `schema`, `sources` merges what several files say of a
//! provider, and [`candidates`] says which models are tried.

mod agents;
mod candidates;
mod check;
mod document;
mod env;
mod examine;
mod gateway;
mod key;
mod known;
mod model;
mod model_ref;
mod openclaw;
mod provider;
pub mod scan;
mod schema;
mod secret;
mod sources;
mod summary;
mod tree;

pub use agents::{
    AGENTS_MAX, Agent, Agents, DEFAULT_AGENT, Defaults, FALLBACKS_MAX, Heartbeat, ModelSettings, Pick,
    Subagents, Written,
};
pub use candidates::{
    Ask, Candidate, Chain, DEFAULT_API, Role, Target, Why, candidates, configured_primary, target,
};
pub use examine::{Examined, examine, parse};
pub use gateway::{GatewayConfig, LoggingConfig, RateLimitConfig, TrustedProxyConfig, gateway};
pub use key::{Auth, Key, KeySource};
pub use known::{KNOWN, Known, Serves};
pub use model::{Api, Model};
pub use model_ref::{DEFAULT_MODEL, DEFAULT_PROVIDER, ModelRef, ProviderId, REF_MAX, Resolved, resolve};
pub use openclaw::{Config, ConfigError, load};
pub use provider::{MODELS_MAX, Origin, Provider};
pub use scan::repair;
pub use schema::{Hint, SCHEMA_TITLE, hint, hints, json_schema};
pub use secret::{BaseUrl, Opaque, Secret};
pub use sources::{Mode, PROVIDERS_MAX};
pub use summary::summary;
pub use tree::tree;
