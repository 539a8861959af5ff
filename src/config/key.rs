//! Where a provider's key comes from, and which of several sources counts.

use std::fmt;

use super::document::Node;
use super::env::{Vars, missing_variable};
use super::known;
use super::secret::{Secret, quote};
use crate::problem::Problem;

/// Where a key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// The config, in the clear.
    Config,
    /// This variable of the environment or of the `env` block.
    Env(String),
    /// The `models.json` of the agent.
    ModelsJson,
    /// A file or a command, which pure code cannot ask: its kind, its provider and its id.
    Reference {
        /// `file` or `exec`.
        kind: String,
        /// The entry of `secrets.providers`.
        provider: String,
        /// What to ask it for.
        id: String,
    },
    /// A marker that says: no key is sent, or it is kept elsewhere.
    Marker(String),
    /// Nowhere.
    Missing,
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config => f.write_str("config"),
            Self::Env(name) => write!(f, "env:{name}"),
            Self::ModelsJson => f.write_str("models.json"),
            Self::Reference { kind, provider, id } => write!(f, "{kind}:{provider}:{}", quote(id)),
            Self::Marker(marker) => write!(f, "marker:{marker}"),
            Self::Missing => f.write_str("missing"),
        }
    }
}

/// A key, as far as it is known, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key itself.
    pub secret: Option<Secret>,
    /// Where it comes from.
    pub source: KeySource,
}

impl Key {
    /// No key.
    pub const MISSING: Self = Self { secret: None, source: KeySource::Missing };

    fn from_env(name: &str, vars: &Vars) -> Option<Self> {
        let secret = Secret::new(vars.get(name)?.trim());
        Some(Self { secret: Some(secret), source: KeySource::Env(name.to_owned()) })
    }

    /// Reads text or a reference; `None` where nothing readable is written.
    ///
    /// A text that is the name of a variable known to hold keys stands for that variable.
    pub(super) fn read(node: Node<'_>, vars: &Vars, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut from_env = |name: &str| {
            Self::from_env(name, vars).unwrap_or_else(|| {
                problems.push(missing_variable(name).at(node.place()));
                Self::MISSING
            })
        };
        let Some(text) = node.text().map(str::trim) else {
            return match (node.filled("source")?, node.filled("id")?) {
                ("env", id) => Some(from_env(id)),
                (kind @ ("file" | "exec"), id) => {
                    let provider = node.filled("provider").unwrap_or("default").to_owned();
                    let source = KeySource::Reference { kind: kind.to_owned(), provider, id: id.to_owned() };
                    Some(Self { secret: None, source })
                }
                _ => None,
            };
        };
        if node.unresolved().is_some() {
            return Some(Self::MISSING);
        }
        if let Some(name) = node.whole_variable() {
            return Self::from_env(name, vars);
        }
        if let Some(name) = text.strip_prefix("secretref-env:") {
            return Some(from_env(name));
        }
        Some(match text {
            "" => return None,
            name if known::is_key_variable(name) => from_env(name),
            marker if known::is_marker(marker) => {
                Self { secret: None, source: KeySource::Marker(marker.to_owned()) }
            }
            key => Self { secret: Some(Secret::new(key)), source: KeySource::Config },
        })
    }
}

/// How a provider wants to be authenticated: its `auth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Auth {
    /// Not said: a key from the environment goes before a written one.
    #[default]
    Unsaid,
    /// `api-key`: the written key goes first.
    ApiKey,
    /// `aws-sdk`: no key at all.
    AwsSdk,
    /// `oauth` or `token`: kept in an auth profile.
    Profile,
}

impl Auth {
    pub(super) fn of(name: Option<&str>) -> Self {
        match name {
            Some("api-key") => Self::ApiKey,
            Some("aws-sdk") => Self::AwsSdk,
            Some("oauth" | "token") => Self::Profile,
            _ => Self::Unsaid,
        }
    }
}

/// The key that counts for a provider, and a note where that may surprise.
///
/// As OpenClaw does, and unlike most programs: a variable of the environment
/// goes before a key in the config, unless `auth` is `api-key`.
pub(super) fn settle(id: &str, auth: Auth, written: Option<Key>, vars: &Vars) -> (Key, Option<Problem>) {
    if auth == Auth::AwsSdk {
        let source = KeySource::Marker("aws-sdk".to_owned());
        return (Key { secret: None, source }, None);
    }
    let has_key = |key: &Key| key.secret.is_some();
    if auth == Auth::ApiKey && written.as_ref().is_some_and(has_key) {
        return (written.unwrap_or(Key::MISSING), None);
    }
    let Some((name, secret)) = known::key_from(vars, id) else {
        return (written.unwrap_or(Key::MISSING), None);
    };
    let shadowed =
        written.as_ref().is_some_and(|key| key.secret.as_ref().is_some_and(|other| *other != secret));
    let note = shadowed.then(|| {
        Problem::new(format!(
            "{name} of the environment is used, not the other key written for `{}`",
            quote(id)
        ))
        .hint(format!("unset {name}, or set `auth: \"api-key\"` to have the written key go first"))
    });
    (Key { secret: Some(secret), source: KeySource::Env(name.to_owned()) }, note)
}
