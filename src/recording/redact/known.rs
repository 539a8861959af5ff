//! Secrets that we were told of: found exactly, in every spelling that wires and files use.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shorter secrets are not looked for in bodies: they would hit innocent text. In bytes.
pub(super) const MIN_KNOWN: usize = 6;

/// The spellings of all known secrets, found in one pass.
pub(super) struct Needles {
    /// In order, so that those with the same first two bytes stand together.
    needles: Vec<Vec<u8>>,
    /// One bit per pair of first bytes that begins a needle.
    begins: Vec<u64>,
    longest: usize,
}

impl Needles {
    pub(super) fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut needles = BTreeSet::new();
        for secret in secrets {
            let secret = secret.trim();
            if secret.len() >= MIN_KNOWN {
                needles.extend(spellings(secret));
            }
        }
        let mut begins = vec![0_u64; 65536 / 64];
        for needle in &needles {
            let pair = pair(needle, 0);
            begins[pair / 64] |= 1 << (pair % 64);
        }
        let longest = needles.iter().map(Vec::len).max().unwrap_or(0);
        Self { needles: needles.into_iter().collect(), begins, longest }
    }

    /// Length of the longest spelling, in bytes.
    pub(super) const fn longest(&self) -> usize {
        self.longest
    }

    /// Where needles stand, overlaps included: a secret inside another one's spelling is still one.
    pub(super) fn find(&self, bytes: &[u8], found: &mut Vec<Range<usize>>) {
        if self.needles.is_empty() {
            return;
        }
        for at in 0..bytes.len().saturating_sub(1) {
            let pair = pair(bytes, at);
            if self.begins[pair / 64] & (1 << (pair % 64)) == 0 {
                continue;
            }
            let two = &bytes[at..at + 2];
            let first = self.needles.partition_point(|needle| &needle[..2] < two);
            let same = self.needles[first..].iter().take_while(|needle| needle.starts_with(two));
            if let Some(length) = same.filter(|needle| bytes[at..].starts_with(needle)).map(Vec::len).max() {
                found.push(at..at + length);
            }
        }
    }
}

/// The two bytes at `at` as an index; the caller knows that there are two.
fn pair(bytes: &[u8], at: usize) -> usize {
    usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1])
}

/// A secret as it is, in JSON strings (of several writers, and twice escaped), percent-encoded,
/// in base64 wherever it may start, and in hex. Each is at least [`MIN_KNOWN`] bytes long.
fn spellings(secret: &str) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::from([secret.to_owned()]);
    let json = in_json(secret);
    forms.insert(json.replace('/', "\\/"));
    forms.insert(json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e"));
    forms.insert(in_ascii(&json));
    forms.insert(in_json(&json));
    forms.insert(json);
    for upper in [true, false] {
        let encoded = in_percent(secret, upper);
        forms.insert(encoded.replace("%20", "+"));
        forms.insert(encoded);
        forms.insert(in_hex(secret, upper));
    }
    for start in 0..3 {
        forms.extend(in_base64(secret, start));
    }
    forms.into_iter().filter(|form| form.len() >= MIN_KNOWN).map(String::into_bytes).collect()
}

fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// Writers that keep to ASCII escape the rest as UTF-16.
fn in_ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            out.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

fn in_percent(text: &str, upper: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = if upper { write!(out, "%{byte:02X}") } else { write!(out, "%{byte:02x}") };
            }
        }
    }
    out
}

fn in_hex(text: &str, upper: bool) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        let _ = if upper { write!(out, "{byte:02X}") } else { write!(out, "{byte:02x}") };
    }
    out
}

/// The base64 letters that depend on the secret alone when it starts `start` bytes into a
/// group of three, in both alphabets.
fn in_base64(text: &str, start: usize) -> [String; 2] {
    let mut bytes = vec![0_u8; start];
    bytes.extend_from_slice(text.as_bytes());
    let own = (start * 8).div_ceil(6)..bytes.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]
        .map(|encoded| encoded.get(own.clone()).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_secret_is_found() {
        let secret = "p@ss/w\"ö rd&1";
        let needles = Needles::new([secret.to_owned()]);
        let basic = STANDARD_NO_PAD.encode(format!("user:{secret}!"));
        for text in [secret, &in_json(secret), &in_percent(secret, false), &in_hex(secret, true), &basic] {
            let mut found = Vec::new();
            needles.find(format!("<{text}>").as_bytes(), &mut found);
            assert!(!found.is_empty(), "{text}");
        }
    }

    #[test]
    fn base64_is_found_wherever_the_secret_starts() {
        let needles = Needles::new(["canary-4711".to_owned()]);
        for before in ["", "a", "ab", "abc"] {
            let encoded = STANDARD_NO_PAD.encode(format!("{before}canary-4711zz"));
            let mut found = Vec::new();
            needles.find(encoded.as_bytes(), &mut found);
            assert_eq!(found.len(), 1, "{encoded}");
            assert!(found[0].len() >= 13, "{found:?}");
        }
    }

    #[test]
    fn short_and_empty_secrets_are_not_looked_for() {
        let mut found = Vec::new();
        Needles::new(["".to_owned(), " abc ".to_owned(), "12345".to_owned()]).find(b"abc 12345", &mut found);
        assert!(found.is_empty());
    }
}
