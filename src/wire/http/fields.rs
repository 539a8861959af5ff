//! Header fields, and what they say about the body.

/// The longest body that a length can tell; `hyper` uses the two numbers above it as marks.
const MAX_LENGTH: u64 = u64::MAX - 2;

/// One header field with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The name as it was spelled.
    pub(super) name: String,
    /// The value, without the space around it.
    pub(super) value: String,
    /// Where the value begins, in bytes from the start of the head.
    pub(super) at: usize,
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// After so many bytes.
    Length(u64),
    /// By the last chunk.
    Chunked,
    /// Nothing is said.
    Unsaid,
    /// There is a transfer coding, but `chunked` is not the last one.
    OtherCoding {
        /// Where, from the start of the head.
        at: usize,
    },
}

/// Something wrong in a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Where, in bytes from the start of the head.
    pub(super) at: usize,
    /// What.
    pub(super) message: String,
}

/// The text of header bytes, one character for each byte.
///
/// Values may hold any byte from 0x80 on and need not be UTF-8; read so, no byte is lost.
#[must_use]
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// How the end of the body is told, by RFC 9112, section 6.3. A transfer coding overrides a
/// length, as every client has it.
pub(super) fn body_end(fields: &[Field], http_1_0: bool) -> Result<BodyEnd, Wrong> {
    if let Some(coding) = all(fields, "transfer-encoding").last() {
        if http_1_0 {
            let message = "HTTP/1.0 has no transfer-encoding".to_owned();
            return Err(Wrong { at: coding.at, message });
        }
        let last = coding.value.rsplit(',').next().unwrap_or_default();
        let chunked = last.trim().eq_ignore_ascii_case("chunked");
        return Ok(if chunked { BodyEnd::Chunked } else { BodyEnd::OtherCoding { at: coding.at } });
    }
    let mut length = None;
    for field in all(fields, "content-length") {
        for number in field.value.split(',') {
            let number = digits(number.trim()).ok_or_else(|| Wrong {
                at: field.at,
                message: format!("content-length {:?} is no number of bytes", clip(&field.value)),
            })?;
            if length.is_some_and(|before| before != number) {
                let message = format!("a second content-length, {number}, contradicts the first");
                return Err(Wrong { at: field.at, message });
            }
            length = Some(number);
        }
    }
    Ok(length.map_or(BodyEnd::Unsaid, BodyEnd::Length))
}

/// Whether a field with this name has this token in its list.
pub(super) fn has_token(fields: &[Field], name: &str, token: &str) -> bool {
    all(fields, name).any(|field| field.value.split(',').any(|item| item.trim().eq_ignore_ascii_case(token)))
}

fn all<'a>(fields: &'a [Field], name: &str) -> impl Iterator<Item = &'a Field> {
    fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
}

/// A number without a sign, which `u64::from_str` would take.
fn digits(text: &str) -> Option<u64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|number| *number <= MAX_LENGTH)
}

fn clip(text: &str) -> &str {
    text.char_indices().nth(40).map_or(text, |(end, _)| &text[..end])
}
