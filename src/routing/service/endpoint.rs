//! What is asked at a path.

use crate::dialect::{self, Codec};
use crate::wire::url::request_target;

/// Something that callers ask a router for.
#[derive(Debug, Clone, Copy)]
pub enum Endpoint<'a> {
    /// An answer of a model.
    Answer(&'static dyn Codec),
    /// How many tokens a request has.
    Count(&'static dyn Codec),
    /// The models there are.
    Models(&'static dyn Codec),
    /// One of them.
    Model(&'static dyn Codec, &'a str),
}

impl Endpoint<'_> {
    /// The dialect that is spoken there.
    #[must_use]
    pub const fn dialect(&self) -> &'static dyn Codec {
        match self {
            Self::Answer(dialect)
            | Self::Count(dialect)
            | Self::Models(dialect)
            | Self::Model(dialect, _) => *dialect,
        }
    }

    /// The method that it takes.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Answer(_) | Self::Count(_) => "POST",
            Self::Models(_) | Self::Model(..) => "GET",
        }
    }
}

/// The base that callers put before a dialect's paths.
const BASE: &str = "http://router/v1";

/// What is asked at `path`, its query left out. `header` gives a header of the request: several dialects
/// list their models at one path, and are told apart by what their clients send.
pub fn endpoint<'a, 'h>(path: &'a str, header: impl Fn(&str) -> Option<&'h str>) -> Option<Endpoint<'a>> {
    let spoken = dialect::spoken().iter().copied();
    for dialect in spoken {
        let url = dialect.path(BASE, "", false);
        let Some(behind) = path.strip_prefix(request_target(&url)) else { continue };
        match dialect.token_count(0) {
            _ if behind.is_empty() => return Some(Endpoint::Answer(dialect)),
            Some((tail, _)) if tail == behind => return Some(Endpoint::Count(dialect)),
            _ => {}
        }
    }
    let behind = path.strip_prefix("/v1/models")?;
    let lists = dialect::spoken_by(|name| header(name).is_some());
    match behind.strip_prefix('/') {
        None if behind.is_empty() => Some(Endpoint::Models(lists)),
        Some(id) if !id.is_empty() => Some(Endpoint::Model(lists, id)),
        _ => None,
    }
}

/// The secret that a caller sends, in whatever way its SDK does: `Authorization: Bearer`, `x-api-key`,
/// `x-goog-api-key`, or `key=` in the query.
pub fn credential<'h>(query: Option<&'h str>, header: impl Fn(&str) -> Option<&'h str>) -> Option<&'h str> {
    let bearer = header("authorization").and_then(|value| {
        let (scheme, secret) = value.trim_start().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(secret)
    });
    let named = || header("x-api-key").or_else(|| header("x-goog-api-key"));
    let in_query = || query?.split('&').find_map(|pair| pair.strip_prefix("key="));
    let secret = bearer.or_else(named).or_else(in_query)?;
    Some(secret.trim()).filter(|secret| !secret.is_empty())
}

/// Whether a model's name means an agent, and not a model: `openclaw` or `openclaw/…`.
#[must_use]
pub fn is_agent(model: &str) -> bool {
    let name = model.split('/').next().unwrap_or(model);
    name.eq_ignore_ascii_case("openclaw")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &str) -> Option<&'static str> {
        None
    }

    #[test]
    fn a_path_says_what_is_asked() {
        let told = |path: &str| {
            endpoint(path, none).map(|endpoint| {
                let dialect = endpoint.dialect().id();
                match endpoint {
                    Endpoint::Answer(_) => format!("{dialect} answer"),
                    Endpoint::Count(_) => format!("{dialect} count"),
                    Endpoint::Models(_) => format!("{dialect} models"),
                    Endpoint::Model(_, id) => format!("{dialect} model {id}"),
                }
            })
        };
        let cases = [
            ("/v1/chat/completions", "openai_chat answer"),
            ("/v1/messages", "anthropic_messages answer"),
            ("/v1/messages/count_tokens", "anthropic_messages count"),
            ("/v1/models", "openai_chat models"),
            ("/v1/models/groq/compound", "openai_chat model groq/compound"),
        ];
        for (path, wanted) in cases {
            assert_eq!(told(path).as_deref(), Some(wanted), "{path}");
        }
        for path in ["/", "/v1", "/v1/", "/v1/chat", "/v1/messages/", "/v1/modelsx", "/v1/models/", "/health"]
        {
            assert_eq!(told(path), None, "{path}");
        }
        let anthropic = |name: &str| (name == "anthropic-version").then_some("2023-06-01");
        let Some(Endpoint::Models(lists)) = endpoint("/v1/models", anthropic) else { panic!() };
        assert_eq!(lists.id(), "anthropic_messages");
    }

    #[test]
    fn a_secret_comes_as_each_sdk_sends_it() {
        let by =
            |name: &'static str, value: &'static str| move |asked: &str| (asked == name).then_some(value);
        assert_eq!(credential(None, by("authorization", "Bearer s")), Some("s"));
        assert_eq!(credential(None, by("authorization", "bearer  s ")), Some("s"));
        assert_eq!(credential(None, by("authorization", "Basic s")), None);
        assert_eq!(credential(None, by("x-api-key", "s")), Some("s"));
        assert_eq!(credential(None, by("x-goog-api-key", "s")), Some("s"));
        assert_eq!(credential(Some("alt=sse&key=s"), none), Some("s"));
        assert_eq!(credential(Some("monkey=s"), none), None);
        assert_eq!(credential(None, by("x-api-key", " ")), None);
    }

    #[test]
    fn an_agent_is_no_model() {
        assert!(is_agent("openclaw") && is_agent("openclaw/default") && is_agent("OpenClaw"));
        assert!(!is_agent("openclaw-7b") && !is_agent("groq/openclaw"));
    }
}
