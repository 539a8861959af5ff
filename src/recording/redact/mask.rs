//! Masks of the same length, and what needs none.

use std::ops::Range;

/// How the keys of known services begin, the longest spelling first. A mask keeps this much,
/// so that a reader still sees whose key it was.
const KINDS: [&str; 33] = [
    "sk-ant-api03-",
    "sk-ant-oat01-",
    "github_pat_",
    "sk-svcacct-",
    "sk-or-v1-",
    "sk-proj-",
    "sk-ant-",
    "sk-or-",
    "glpat-",
    "nvapi-",
    "pplx-",
    "tvly-",
    "xapp-",
    "xoxa-",
    "xoxb-",
    "xoxe-",
    "xoxo-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "AKIA",
    "AKID",
    "ASIA",
    "AIza",
    "LTAI",
    "ghp_",
    "gho_",
    "gsk_",
    "xai-",
    "sk-",
    "r8_",
    "hf_",
    "eyJ",
];

/// A kept beginning needs this many hidden bytes behind it; else all is hidden.
const MIN_HIDDEN: usize = 8;

/// No placeholder is longer, in bytes.
const MAX_PLACEHOLDER: usize = 96;

/// Words that only a placeholder holds, in lower case.
const PLACEHOLDER_WORDS: [&str; 7] =
    ["redacted", "placeholder", "changeme", "change-me", "_dummy", "-dummy", "****"];

/// Length in bytes of the beginning that names the kind of a key; 0 when it names none.
pub(super) fn kind(secret: &[u8]) -> usize {
    KINDS.iter().find(|kind| secret.starts_with(kind.as_bytes())).map_or(0, |kind| kind.len())
}

/// Masks the bytes of each range in place.
pub(super) fn apply(bytes: &mut [u8], ranges: &[Range<usize>]) {
    for range in ranges {
        if let Some(secret) = bytes.get_mut(range.clone()) {
            hide(secret);
        }
    }
}

/// Masks a secret in place. Its length stays, and so do line ends (escaped ones too), so that
/// offsets, `content-length`, JSON and the lines of a stream stay true.
pub(super) fn hide(secret: &mut [u8]) {
    let kept = Some(kind(secret)).filter(|kept| secret.len() >= kept + MIN_HIDDEN);
    let mut at = kept.unwrap_or(0);
    while let Some(byte) = secret.get(at).copied() {
        match (byte, secret.get(at + 1)) {
            (b'\\', Some(b'n' | b'r')) => at += 2,
            (b'\n' | b'\r', _) => at += 1,
            _ => {
                secret[at] = b'*';
                at += 1;
            }
        }
    }
}

/// Sorts ranges and joins those that overlap.
pub(super) fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Whether a value only stands in a secret's place: `${ENV}`, `<your key>`, `sk-xxx`, `sk-1234`,
/// or a mask. What it says is worth keeping.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    if value.len() > MAX_PLACEHOLDER {
        return false;
    }
    let rest = &value[kind(value)..];
    let lower = rest.to_ascii_lowercase();
    let counted = || rest.iter().zip((1..=9).chain(0..=0).cycle()).all(|(byte, digit)| *byte == b'0' + digit);
    is_reference(value)
        || rest.iter().all(|byte| b"xX*.0-_".contains(byte))
        || (rest.len() <= 20 && counted())
        || lower.starts_with(b"your")
        || PLACEHOLDER_WORDS.iter().any(|word| contains(&lower, word.as_bytes()))
}

/// Whether a value names where the secret is: `${X}`, `$X`, `{{x}}`, `<x>`, `%X%`, `env:X`, `MY_KEY`.
fn is_reference(value: &[u8]) -> bool {
    let wrapped = |open: &[u8], close: &[u8]| value.starts_with(open) && value.ends_with(close);
    let is_name = |name: &[u8]| {
        !name.is_empty() && name.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
    };
    let shouts = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'_';
    wrapped(b"${", b"}")
        || wrapped(b"{{", b"}}")
        || wrapped(b"<", b">")
        || (value.contains(&b'_') && value.iter().all(shouts))
        || value.strip_prefix(b"$").is_some_and(is_name)
        || value.strip_prefix(b"env:").is_some_and(is_name)
        || value.strip_prefix(b"%").and_then(|rest| rest.strip_suffix(b"%")).is_some_and(is_name)
}

pub(super) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_the_length_the_kind_and_the_line_ends() {
        let mut bytes = b"x sk-ant-abcdefgh1 a\\nb\nc".to_vec();
        apply(&mut bytes, &[2..18, 19..25]);
        assert_eq!(bytes, b"x sk-ant-********* *\\n*\n*");
    }

    #[test]
    fn a_short_key_is_hidden_whole() {
        let mut bytes = b"sk-abcd".to_vec();
        hide(&mut bytes);
        assert_eq!(bytes, b"*******");
    }

    #[test]
    fn placeholders_are_told_from_keys() {
        for value in
            ["sk-xxx", "sk-1234", "${KEY}", "$OPENAI_API_KEY", "<your key>", "sk-your-key", "sk-ant-****"]
        {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        for value in ["sk-EXAMPLEEXAMPLEEXAMPLEEXAMPLE", "hunter2", "sk-12349", "$ecret!"] {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn overlapping_ranges_become_one() {
        assert_eq!(merge(vec![5..9, 0..3, 2..4, 4..5]), vec![0..4, 4..5, 5..9]);
    }
}
