//! Answers as bytes.

use super::reason;

/// How the head says where the body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLength {
    /// `transfer-encoding: chunked`.
    Chunked,
    /// `content-length` with this number, true or not.
    Exact(u64),
    /// `connection: close`, and the end of the connection.
    UntilClose,
    /// Nothing is said: the status or the method rules a body out.
    Absent,
}

/// The bytes of a head, its blank line included.
///
/// Characters up to U+00FF are written as one byte each, the inverse of
/// [`latin1`](super::latin1); others as UTF-8. What would break the head apart is written as
/// something harmless: control characters in a value as a space, other than name characters in
/// a name as `-`. A broken head is made of raw bytes, not by this.
#[must_use]
pub fn encode_head(status: u16, headers: &[(String, String)], length: BodyLength) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status:03} {}\r\n", reason(status)).into_bytes();
    for (name, value) in headers {
        bytes.extend(name.bytes().map(|byte| if is_name_byte(byte) { byte } else { b'-' }));
        bytes.extend_from_slice(b": ");
        push_value(&mut bytes, value);
        bytes.extend_from_slice(b"\r\n");
    }
    let framing = match length {
        BodyLength::Chunked => "transfer-encoding: chunked\r\n\r\n".to_owned(),
        BodyLength::Exact(length) => format!("content-length: {length}\r\n\r\n"),
        BodyLength::UntilClose => "connection: close\r\n\r\n".to_owned(),
        BodyLength::Absent => "\r\n".to_owned(),
    };
    bytes.extend_from_slice(framing.as_bytes());
    bytes
}

/// One chunk with this data; nothing for no data, as an empty chunk would be the last.
#[must_use]
pub fn encode_chunk(data: &[u8]) -> Vec<u8> {
    if data.is_empty() {
        return Vec::new();
    }
    let mut bytes = format!("{:x}\r\n", data.len()).into_bytes();
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// The last chunk, without trailers.
#[must_use]
pub const fn last_chunk() -> &'static [u8] {
    b"0\r\n\r\n"
}

fn push_value(bytes: &mut Vec<u8>, value: &str) {
    for character in value.chars() {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii_control() && byte != b'\t' => bytes.push(b' '),
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// RFC 9110, section 5.6.2: the bytes of a token.
const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}
