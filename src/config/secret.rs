//! Values that no message, report or snapshot may show.

use std::fmt;

/// A secret: `Debug` and `Display` show only a mask of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Takes a value in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the wire only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// How long a secret must be, in characters, before its last four are shown.
const TAIL_SHOWN_FROM: usize = 20;

/// How keys of known issuers begin, the longest first.
const KINDS: [&str; 18] = [
    "github_pat_",
    "sk-ant-oat",
    "sk-ant-api",
    "sk-svcacct-",
    "sk-proj-",
    "sk-ant-",
    "sk-or-",
    "Bearer ",
    "nvapi-",
    "tvly-",
    "xai-",
    "gsk_",
    "ghp_",
    "AIza",
    "csk-",
    "hf_",
    "r8_",
    "sk-",
];

impl fmt::Display for Secret {
    /// `kind…last4/length`; of a short secret only its length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.0.chars().count();
        if length < TAIL_SHOWN_FROM {
            return write!(f, "…/{length}");
        }
        let kind = KINDS.into_iter().find(|kind| self.0.starts_with(kind)).unwrap_or("");
        let tail: String =
            self.0.chars().skip(length - 4).map(|c| if c.is_control() { '?' } else { c }).collect();
        write!(f, "{kind}…{tail}/{length}")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

/// A base URL. `Debug` and `Display` hide a user name, a password and a query in it.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Takes a URL in, without its trailing slashes.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self(url.trim().trim_end_matches('/').to_owned())
    }

    /// The URL itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it names this very machine, where no key is needed.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let host = self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest);
        let host = host.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        let name = match host.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        matches!(name, "localhost" | "0.0.0.0" | "::1") || name.starts_with("127.")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (url, behind) = self.0.split_at(self.0.find(['?', '#']).unwrap_or(self.0.len()));
        match url.split_once("://") {
            Some((scheme, rest)) => {
                let authority = rest.find('/').unwrap_or(rest.len());
                let host = rest[..authority].rfind('@').map_or(rest, |at| &rest[at + 1..]);
                let hidden = if host.len() == rest.len() { "" } else { "***@" };
                write!(f, "{scheme}://{hidden}{host}")?;
            }
            None => f.write_str(url)?,
        }
        if behind.is_empty() { Ok(()) } else { f.write_str("?***") }
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

/// A value that is passed on unread. `Debug` shows its kind alone.
#[derive(Clone, PartialEq)]
pub struct Opaque(pub serde_json::Value);

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({})", super::document::kind_of(&self.0))
    }
}

/// The longest word that a message quotes, in characters.
const QUOTED_MAX: usize = 60;

/// A word from the input as a message may quote it: short, without control
/// characters, and masked where it looks like a key.
pub(super) fn quote(word: &str) -> String {
    let looks_secret = KINDS.into_iter().any(|kind| word.starts_with(kind) && word.len() >= TAIL_SHOWN_FROM)
        || (word.len() >= 32 && word.chars().all(|c| c.is_ascii_alphanumeric()));
    if looks_secret {
        return Secret::new(word).to_string();
    }
    let shown: String = word.chars().take(QUOTED_MAX).collect();
    let more = if shown.len() < word.len() { "…" } else { "" };
    format!("{}{more}", shown.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_and_still_there() {
        let secret = Secret::new("sk-ant-api03-EXAMPLEEXAMPLEab12");
        assert_eq!(format!("{secret} {secret:?}"), "sk-ant-api…ab12/31 Secret(sk-ant-api…ab12/31)");
        assert_eq!(secret.expose(), "sk-ant-api03-EXAMPLEEXAMPLEab12");
        assert_eq!(Secret::new("hunter2").to_string(), "…/7");
    }

    #[test]
    fn a_url_hides_what_is_secret_in_it() {
        let shown = |url| BaseUrl::new(url).to_string();
        assert_eq!(shown("https://api.example/v1/"), "https://api.example/v1");
        assert_eq!(shown("https://user:pa@ss@api.example/v1?key=x"), "https://***@api.example/v1?***");
        assert_eq!(shown("https://api.example/@scope"), "https://api.example/@scope");
        assert_eq!(shown("https://u:p@h#f@g"), "https://***@h?***");
        assert!(BaseUrl::new("http://[::1]:1/v1").is_local() && BaseUrl::new("http://127.0.0.1").is_local());
        assert!(!BaseUrl::new("https://127.0.0.1@example.com").is_local());
    }

    #[test]
    fn a_quoted_word_is_short_and_no_key() {
        assert_eq!(quote("baseURL"), "baseURL");
        assert_eq!(quote("a\nb"), "a\\nb");
        assert!(!quote("sk-EXAMPLEEXAMPLEEXAMPLE1234").contains("EXAMPLE"));
        assert!(quote(&"x y".repeat(50)).ends_with('…'));
    }
}
