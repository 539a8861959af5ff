//! Redaction: secrets are removed on the way into a recording.
//!
//! Known secrets go first, exactly and in every usual spelling; then what has a secret's shape;
//! and headers by their name. Masks have the length of what they hide, so that offsets and
//! `content-length` stay true. Three things are out of reach: a secret inside a compressed body,
//! a secret that a model tells in several pieces (each in the JSON of its own record), and base64
//! of a secret that we were not told of (except in `Basic` credentials).

mod gates;
mod headers;
mod known;
mod mask;
mod patterns;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use regex::bytes::Regex;

use known::Needles;
use patterns::RULES;

/// Hides secrets. Cheap to clone; clones share the compiled patterns.
#[derive(Clone)]
pub struct Redactor {
    inner: Arc<Inner>,
}

struct Inner {
    known: Needles,
    compiled: Arc<Compiled>,
}

struct Compiled {
    /// All keywords of all rules, in one pass.
    keywords: Regex,
    /// One for each of [`RULES`], compiled when its keyword first turns up.
    patterns: Vec<OnceLock<Regex>>,
}

impl Default for Redactor {
    fn default() -> Self {
        Self::new([])
    }
}

impl fmt::Debug for Redactor {
    /// Tells nothing: a redactor holds the secrets themselves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// A redactor that knows these secrets. Those under 6 bytes are hidden in sensitive headers
    /// only, as they would hit innocent text elsewhere.
    #[must_use]
    pub fn new(known_secrets: impl IntoIterator<Item = String>) -> Self {
        let keywords: Vec<String> =
            RULES.iter().flat_map(|rule| rule.keywords).map(|word| regex::escape(word)).collect();
        let compiled = Compiled {
            keywords: compile(&format!("(?i)(?:{})", keywords.join("|"))),
            patterns: RULES.iter().map(|_| OnceLock::new()).collect(),
        };
        let inner = Inner { known: Needles::new(known_secrets), compiled: Arc::new(compiled) };
        Self { inner: Arc::new(inner) }
    }

    /// A redactor that knows these secrets in place of its own, with the same compiled patterns:
    /// cheap, where [`Redactor::new`] is not.
    #[must_use]
    pub fn knowing(&self, known_secrets: impl IntoIterator<Item = String>) -> Self {
        let compiled = Arc::clone(&self.inner.compiled);
        Self { inner: Arc::new(Inner { known: Needles::new(known_secrets), compiled }) }
    }

    /// The bytes with every secret masked at the same length. Redacting twice changes nothing more.
    #[must_use]
    pub fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let ranges = self.ranges(bytes);
        if ranges.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let mut masked = bytes.to_vec();
        mask::apply(&mut masked, &ranges);
        Cow::Owned(masked)
    }

    /// The text with every secret masked at the same length in bytes.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(masked) => Cow::Owned(String::from_utf8_lossy(&masked).into_owned()),
        }
    }

    /// A header's value: masked whole where the name says so (`authorization`, `x-api-key`,
    /// `cookie`, `*-token`, …; an authentication scheme and cookie names stay), else as text.
    #[must_use]
    pub fn header(&self, name: &str, value: &str) -> String {
        let value = self.text(value);
        if headers::is_sensitive(name) { headers::mask_value(name, &value) } else { value.into_owned() }
    }

    /// A request's path, with the values of parameters such as `key` and `access_token` masked.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        headers::mask_query(&self.text(path))
    }

    /// Redacts the pieces of one body as the whole that they are, so that a secret split between
    /// two of them is masked too. The pieces keep their bounds.
    pub fn redact_chunks(&self, chunks: &mut [Bytes]) {
        let mut masked = chunks.concat();
        let ranges = self.ranges(&masked);
        if ranges.is_empty() {
            return;
        }
        mask::apply(&mut masked, &ranges);
        let mut start = 0;
        for chunk in chunks {
            let end = start + chunk.len();
            if masked[start..end] != chunk[..] {
                *chunk = Bytes::copy_from_slice(&masked[start..end]);
            }
            start = end;
        }
    }

    /// Redacts pieces whose beginning is missing: an unbroken value at their start may be the
    /// rest of a secret, and is masked too.
    pub(super) fn redact_rest(&self, chunks: &mut [Bytes]) {
        self.redact_chunks(chunks);
        for chunk in chunks {
            let rest = gates::value_run(chunk);
            let mut masked = chunk.to_vec();
            mask::hide(&mut masked[..rest]);
            *chunk = Bytes::from(masked);
            if rest < chunk.len() {
                return;
            }
        }
    }

    /// Length of the longest thing that must be seen whole to be known, in bytes.
    pub(super) fn reach(&self) -> usize {
        self.inner.known.longest().max(MIN_REACH)
    }

    /// Where secrets stand: sorted, not overlapping.
    fn ranges(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        self.inner.known.find(bytes, &mut found);
        let wanted = self.rules_for(bytes);
        for (place, (rule, pattern)) in RULES.iter().zip(&self.inner.compiled.patterns).enumerate() {
            if wanted & (1 << place) != 0 {
                find(rule, pattern.get_or_init(|| compile(rule.pattern)), bytes, &mut found);
            }
        }
        mask::merge(found)
    }

    /// One bit for each rule of which a keyword stands in the bytes.
    fn rules_for(&self, bytes: &[u8]) -> u32 {
        let (mut wanted, all) = (0, u32::MAX >> (32 - RULES.len()));
        for hit in self.inner.compiled.keywords.find_iter(bytes) {
            for (place, rule) in RULES.iter().enumerate() {
                if rule.keywords.iter().any(|word| hit.as_bytes().eq_ignore_ascii_case(word.as_bytes())) {
                    wanted |= 1 << place;
                }
            }
            if wanted == all {
                break;
            }
        }
        wanted
    }
}

/// Shaped secrets, private keys among them, are known within this many bytes.
const MIN_REACH: usize = 8 * 1024;

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?-u){pattern}")).expect("a built-in pattern compiles")
}

/// Adds the secrets of one shape. A false start costs a bounded look. The search goes on inside
/// what was found (there may be another keyword in it), but nothing is run over twice.
fn find(rule: &patterns::Rule, pattern: &Regex, bytes: &[u8], found: &mut Vec<Range<usize>>) {
    let (mut at, mut covered) = (0, 0);
    while let Some(secret) = pattern.captures_at(bytes, at).and_then(|hit| hit.get(1)) {
        let (start, end) = (secret.start(), secret.end());
        let seen = &bytes[start..bytes.len().min(start + gates::LOOK)];
        let looked = secret.len() + (rule.run)(seen.get(secret.len()..).unwrap_or_default());
        let begins = rule.anywhere || gates::begins(bytes, start);
        if begins && (rule.gate)(&seen[..looked.min(seen.len())]) {
            if end >= covered {
                covered = end + (rule.run)(&bytes[end..]);
            }
            found.push(start..covered);
            at = end;
        } else {
            at = bytes.len().min(start + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_without_secrets_is_not_copied() {
        assert!(matches!(Redactor::default().bytes(b"{\"prompt_tokens\": 12}"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_secret_split_between_pieces_is_masked_in_both() {
        let redactor = Redactor::new(["correct horse".to_owned()]);
        let mut chunks = ["a corre", "", "ct ho", "rse b"].map(|chunk| Bytes::from_static(chunk.as_bytes()));
        redactor.redact_chunks(&mut chunks);
        assert_eq!(chunks.each_ref().map(|chunk| chunk.as_ref()), [&b"a *****"[..], b"", b"*****", b"*** b"]);
    }

    #[test]
    fn every_pattern_compiles_and_has_its_bit() {
        assert!(RULES.len() <= 32);
        for rule in RULES {
            assert_eq!(compile(rule.pattern).captures_len(), 2, "{}", rule.pattern);
        }
    }

    #[test]
    fn debug_output_tells_no_secret() {
        assert_eq!(format!("{:?}", Redactor::new(["correct horse".to_owned()])), "Redactor");
    }
}
