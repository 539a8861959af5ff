//! Bytes as text that diffs well: one record of a stream to a line, base64 only where it must be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// No line carries more bytes of a body than this.
pub(super) const MAX_PART: usize = 16 * 1024;

/// With more breaks in its UTF-8 than this per [`MAX_PART`], a piece is binary, and is written as such.
const MAX_BREAKS: usize = 16;

/// The bytes of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Base64(String),
}

impl Part {
    /// As the two keys of a line.
    pub(super) fn keys(self) -> (Option<String>, Option<String>) {
        match self {
            Self::Text(text) => (Some(text), None),
            Self::Base64(base64) => (None, Some(base64)),
        }
    }
}

/// Cuts bytes into the parts of lines; joined they are the bytes again.
pub(super) fn split(bytes: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    if is_binary(bytes) {
        parts.extend(bytes.chunks(MAX_PART).map(|chunk| Part::Base64(STANDARD.encode(chunk))));
        return parts;
    }
    let by_record = contains(bytes, b"\n\n") || contains(bytes, b"\r\n\r\n");
    for run in bytes.utf8_chunks() {
        let mut rest = run.valid();
        while !rest.is_empty() {
            let (part, after) = rest.split_at(end_of_part(rest, by_record));
            parts.push(Part::Text(part.to_owned()));
            rest = after;
        }
        if !run.invalid().is_empty() {
            parts.push(Part::Base64(STANDARD.encode(run.invalid())));
        }
    }
    parts
}

/// The bytes of a part; the error says why there are none.
pub(super) fn join(text: Option<String>, base64: Option<String>) -> Result<Vec<u8>, String> {
    match (text, base64) {
        (None, None) => Ok(Vec::new()),
        (Some(text), None) => Ok(text.into_bytes()),
        (None, Some(base64)) => {
            STANDARD.decode(base64).map_err(|error| format!("`base64` does not decode: {error}"))
        }
        (Some(_), Some(_)) => Err("both `text` and `base64` are there".to_owned()),
    }
}

/// Whether text would be unreadable, or longer than base64 through escapes.
fn is_binary(bytes: &[u8]) -> bool {
    let allowed = MAX_BREAKS * bytes.len().div_ceil(MAX_PART);
    let breaks = bytes.utf8_chunks().filter(|run| !run.invalid().is_empty()).take(allowed + 1).count();
    let controls = bytes.iter().filter(|byte| **byte < b' ' && !b"\t\n\r".contains(byte)).count();
    breaks > allowed || breaks * 4 > bytes.len() || controls * 8 > bytes.len()
}

/// Where the first part of a text ends: behind a blank line, or else behind a line.
fn end_of_part(text: &str, by_record: bool) -> usize {
    let limit = text.floor_char_boundary(MAX_PART);
    for (at, _) in text[..limit].match_indices('\n') {
        let rest = &text[at + 1..limit];
        let blank = ["\n", "\r\n"].into_iter().find(|end| rest.starts_with(end));
        match blank {
            _ if !by_record => return at + 1,
            Some(blank) => return at + 1 + blank.len(),
            None => {}
        }
    }
    limit
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    #[test]
    fn a_stream_has_one_record_to_a_line() {
        assert_eq!(
            split(b"event: a\ndata: 1\n\ndata: 2\r\n\r\nda"),
            [text("event: a\ndata: 1\n\n"), text("data: 2\r\n\r\n"), text("da")]
        );
        assert_eq!(split(b"{\n  1\n}"), [text("{\n"), text("  1\n"), text("}")]);
    }

    #[test]
    fn only_the_half_of_a_letter_is_base64() {
        assert_eq!(split(b"data: gr\xc3"), [text("data: gr"), Part::Base64("ww==".to_owned())]);
    }

    #[test]
    fn binary_is_base64_and_long_text_is_cut() {
        assert_eq!(split(b"\0\x01\x02"), [Part::Base64("AAEC".to_owned())]);
        assert_eq!(split("é".repeat(MAX_PART).as_bytes()).len(), 2);
        assert_eq!(split(b""), []);
    }
}
