//! How far a secret goes on, and whether it is one: the code behind the patterns.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::mask::is_placeholder;

/// No gate looks further into a secret, in bytes; this bounds what a false start costs.
pub(super) const LOOK: usize = 512;

/// Below this many bits per byte a value is a word, not a key.
const MIN_ENTROPY: f64 = 3.0;

/// Base64 as people paste it: with padding or without.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Whether the secret at `start` begins there, instead of being the rest of a word. What an
/// escape (`\n`, `\u000a`, `%20`) ends with is no word.
pub(super) fn begins(bytes: &[u8], start: usize) -> bool {
    let before = &bytes[..start];
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    !before.last().is_some_and(is_word)
        || matches!(before, [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f'])
        || matches!(before, [.., b'%', a, b] if hex(&[*a, *b]))
        || matches!(before, [.., b'\\', b'u', a, b, c, d] if hex(&[*a, *b, *c, *d]))
}

// How far the secret goes on.

pub(super) fn nothing(_: &[u8]) -> usize {
    0
}

pub(super) fn token_run(rest: &[u8]) -> usize {
    count(rest, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Parts with dots between; a dot at the end is a sentence's.
pub(super) fn dotted_run(rest: &[u8]) -> usize {
    let run = count(rest, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    rest[..run].iter().rposition(|byte| *byte != b'.').map_or(0, |last| last + 1)
}

pub(super) fn base64_run(rest: &[u8]) -> usize {
    count(rest, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'='))
}

/// Base64 over several lines, whose ends may be escaped.
pub(super) fn pem_run(rest: &[u8]) -> usize {
    count(rest, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\\' | b'\n' | b'\r')
    })
}

/// To the end of an unquoted value; `\/` and `\u0026` are escaped parts of one.
pub(super) fn value_run(rest: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += match &rest[at..] {
            [b'\\', b'/', ..] => 2,
            [b'\\', b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => 6,
            [byte, ..] if !byte.is_ascii_whitespace() && !br#""'`\,;&<>(){}[]"#.contains(byte) => 1,
            _ => return at,
        };
    }
}

fn count(rest: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    rest.iter().take_while(|byte| belongs(**byte)).count()
}

// Whether it is one.

pub(super) fn any(_: &[u8]) -> bool {
    true
}

pub(super) fn no_placeholder(secret: &[u8]) -> bool {
    !is_placeholder(secret)
}

/// `hf_hub_download` and `xai-responses-v1` are names: a key has more capitals or digits.
pub(super) fn no_name(secret: &[u8]) -> bool {
    let odd = secret.iter().skip(4).filter(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()).count();
    odd >= 2 && no_placeholder(secret)
}

/// A password is seldom one word in lower case, and prose after `password:` mostly is.
pub(super) fn no_word(secret: &[u8]) -> bool {
    !secret.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'.') && no_placeholder(secret)
}

/// Letters mixed with digits or with capitals, and too much entropy for a name.
pub(super) fn looks_random(secret: &[u8]) -> bool {
    secret.is_ascii() && is_mixed(secret) && entropy(secret) >= MIN_ENTROPY && no_placeholder(secret)
}

/// What stands behind `Bearer` is a secret unless it is a word.
pub(super) fn no_bearer_word(secret: &[u8]) -> bool {
    is_mixed(secret) && no_placeholder(secret)
}

fn is_mixed(secret: &[u8]) -> bool {
    let has = |wanted: fn(&u8) -> bool| secret.iter().any(wanted);
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    (lower || upper) && (has(u8::is_ascii_digit) || (lower && upper))
}

/// A JSON web token has parts, parted by dots; base64 of other JSON has none.
pub(super) fn has_parts(secret: &[u8]) -> bool {
    let dot = secret.iter().position(|byte| *byte == b'.');
    dot.is_some_and(|dot| secret.len() >= dot + 9)
}

/// Basic credentials are `user:password` in base64.
pub(super) fn is_basic(secret: &[u8]) -> bool {
    let decodes = |alphabet| {
        GeneralPurpose::new(alphabet, LENIENT).decode(secret).is_ok_and(|plain| plain.contains(&b':'))
    };
    secret.len() == LOOK || decodes(&STANDARD) || decodes(&URL_SAFE)
}

/// Shannon's entropy in bits per byte.
#[expect(clippy::cast_precision_loss, reason = "a gate sees at most 512 bytes")]
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts: BTreeMap<u8, u32> = BTreeMap::new();
    for byte in bytes {
        *counts.entry(*byte).or_default() += 1;
    }
    let total = bytes.len() as f64;
    counts.values().map(|count| f64::from(*count) / total).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_begins_after_an_escape_but_not_inside_a_word() {
        for (text, expected) in [
            ("sk-", true),
            ("\\nsk-", true),
            ("%3Dsk-", true),
            ("\\u000ask-", true),
            ("task-", false),
            ("1sk-", false),
        ] {
            assert_eq!(begins(text.as_bytes(), text.len() - 3), expected, "{text}");
        }
    }

    #[test]
    fn names_and_words_have_too_little_chance_in_them() {
        for word in ["aaaaaaaaaaaa1", "some_plain_name", "4096", "550000000000"] {
            assert!(!looks_random(word.as_bytes()), "{word}");
        }
        assert!(looks_random(b"9f86d081884c7d659a2feaa0c55ad015"));
    }
}
