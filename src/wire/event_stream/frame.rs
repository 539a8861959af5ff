//! One frame.

use super::header::{self, Header};

/// The longest frame, in bytes. The specification bounds a payload at 24 MiB.
pub const MAX_FRAME: usize = (24 << 20) + MAX_HEADERS + OVERHEAD;
/// The longest headers of a frame, in bytes, as the specification bounds them.
pub const MAX_HEADERS: usize = 128 << 10;

/// Two lengths and their checksum.
pub(super) const PRELUDE: usize = 12;
/// The prelude and the last checksum.
pub(super) const OVERHEAD: usize = PRELUDE + 4;

/// One frame of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// Its headers, in order.
    pub headers: Vec<(String, Header)>,
    /// What it carries.
    pub payload: Vec<u8>,
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Fewer bytes than the frame has.
    #[error("the frame is cut: {have} of {length} bytes")]
    Cut {
        /// The bytes there are.
        have: usize,
        /// The bytes that it says it has.
        length: usize,
    },
    /// The lengths do not fit each other or our bounds.
    #[error("a frame of {length} bytes with {headers} bytes of headers cannot be")]
    Lengths {
        /// The bytes that it says it has.
        length: usize,
        /// The bytes that it says its headers have.
        headers: usize,
    },
    /// A checksum does not fit.
    #[error("the checksum of the {part} is {told:#010x}, and the bytes give {made:#010x}")]
    Checksum {
        /// What it is the checksum of.
        part: &'static str,
        /// What the frame says.
        told: u32,
        /// What its bytes give.
        made: u32,
    },
    /// A header cannot be read.
    #[error("a header of the frame {0}")]
    Header(&'static str),
}

/// The number at a place; the caller has seen that it is there.
fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_be_bytes)
}

fn checked(part: &'static str, bytes: &[u8], told: u32) -> Result<(), FrameError> {
    let made = crc32fast::hash(bytes);
    if made == told { Ok(()) } else { Err(FrameError::Checksum { part, told, made }) }
}

/// Whether a body begins with the prelude of a frame, checksum included.
#[must_use]
pub fn begins(body: &[u8]) -> bool {
    matches!(lengths(body), Ok(Some(_)))
}

/// The bytes of the frame that begins here and of its headers; `None` where not even the prelude is there.
pub(super) fn lengths(bytes: &[u8]) -> Result<Option<(usize, usize)>, FrameError> {
    if bytes.len() < PRELUDE {
        return Ok(None);
    }
    checked("prelude", &bytes[..8], number(bytes, 8))?;
    let (length, headers) = (number(bytes, 0) as usize, number(bytes, 4) as usize);
    if length > MAX_FRAME || headers > MAX_HEADERS || length < headers + OVERHEAD {
        return Err(FrameError::Lengths { length, headers });
    }
    Ok(Some((length, headers)))
}

impl Frame {
    /// A frame of an event, as Bedrock sends it.
    #[must_use]
    pub fn event(name: &str, payload: Vec<u8>) -> Self {
        Self::of(":event-type", name, "event", payload)
    }

    /// A frame of an exception, as Bedrock sends it.
    #[must_use]
    pub fn exception(name: &str, payload: Vec<u8>) -> Self {
        Self::of(":exception-type", name, "exception", payload)
    }

    fn of(kind: &str, name: &str, message: &str, payload: Vec<u8>) -> Self {
        let headers = [(kind, name), (":content-type", "application/json"), (":message-type", message)];
        let text = |(name, value): (&str, &str)| (name.to_owned(), Header::Text(value.to_owned()));
        Self { headers: headers.map(text).into(), payload }
    }

    /// The text of a header.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(known, value)| match value {
            Header::Text(text) if known == name => Some(text.as_str()),
            _ => None,
        })
    }

    /// Reads the frame at the beginning of `bytes`.
    ///
    /// # Errors
    /// Where there is none, not all of it, or one that is damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        let cut = |length| FrameError::Cut { have: bytes.len(), length };
        let (length, headers) = lengths(bytes)?.ok_or_else(|| cut(PRELUDE))?;
        let bytes = bytes.get(..length).ok_or_else(|| cut(length))?;
        let (rest, last) = bytes.split_at(length - 4);
        checked("frame", rest, number(last, 0))?;
        let (headers, payload) = rest[PRELUDE..].split_at(headers);
        Ok(Self { headers: header::decode(headers)?, payload: payload.to_vec() })
    }

    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            header::encode(name, value, &mut headers);
        }
        let four = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
        let length = headers.len() + self.payload.len() + OVERHEAD;
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(&four(length));
        bytes.extend_from_slice(&four(headers.len()));
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
        bytes.append(&mut headers);
        bytes.extend_from_slice(&self.payload);
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
        bytes
    }
}
