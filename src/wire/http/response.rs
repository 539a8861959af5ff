//! The answer's side: what a client reads.

use bytes::{Bytes, BytesMut};

use super::chunked::ChunkedBody;
use super::fields::{self, BodyEnd, Wrong};
use super::parse::{self, HeadBytes, Parsed, ResponseHead};
use super::{Head, HttpEvent};

/// The most bytes of a head: as many as `hyper` buffers for one.
pub const MAX_RESPONSE_HEAD: usize = (8 << 10) + 100 * (4 << 10);

/// The most header fields of a head: as many as `hyper` takes.
pub const MAX_RESPONSE_FIELDS: usize = 100;

/// Reads the answer to one request, as `hyper` would.
///
/// It differs from `hyper` 1 with `reqwest` where that does not show to a caller, or cannot:
/// - `reqwest` groups fields of one name, so the order of other fields between them is lost;
/// - a body is cut into pieces here as the bytes come, there as its buffers fill;
/// - bytes after a complete answer are [`HttpEvent::Surplus`]; `hyper` closes the connection
///   without a word to the caller;
/// - `hyper` sees that a long head is no HTTP with the first bad byte, this reader (past 64
///   bytes) with the end of the line;
/// - a head that is over the limit only together with the bytes after it may pass there;
/// - empty lines before the head do not count towards the limit here.
#[derive(Debug)]
pub struct ResponseReader {
    method: String,
    head: HeadBytes,
    state: State,
    /// Offset of the next byte after the head.
    offset: u64,
}

#[derive(Debug)]
enum State {
    Head,
    Length(u64),
    Chunked(Box<ChunkedBody>),
    UntilClose,
    /// Complete; bytes that come now are surplus.
    Ended,
    /// Nothing more is told.
    Silent,
}

impl ResponseReader {
    /// A reader of the answer to a request with this method; `HEAD` and `CONNECT` matter.
    #[must_use]
    pub fn new(request_method: &str) -> Self {
        Self { method: request_method.to_owned(), head: HeadBytes::default(), state: State::Head, offset: 0 }
    }

    /// Takes the next bytes of the connection. How they are cut changes only the cuts of the
    /// body.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<HttpEvent> {
        let mut events = Vec::new();
        let rest = match self.state {
            State::Silent => return events,
            State::Head => {
                self.head.bytes.extend_from_slice(bytes);
                self.read_head(false, &mut events)
            }
            _ => Bytes::copy_from_slice(bytes),
        };
        self.read_body(&rest, &mut events);
        events
    }

    /// Takes the end of the connection.
    pub fn eof(&mut self) -> Vec<HttpEvent> {
        let mut events = Vec::new();
        if matches!(self.state, State::Head) {
            self.read_head(true, &mut events);
        }
        match self.state {
            State::Ended | State::Silent => {}
            State::UntilClose => self.end(true, &mut events),
            State::Head | State::Length(_) | State::Chunked(_) => self.end(false, &mut events),
        }
        self.state = State::Silent;
        events
    }

    /// Reads heads up to the one that counts; gives the bytes after it.
    fn read_head(&mut self, now: bool, events: &mut Vec<HttpEvent>) -> Bytes {
        loop {
            let parsed = self.head.parse(MAX_RESPONSE_HEAD, now, parse::response::<MAX_RESPONSE_FIELDS>);
            let (head, length) = match parsed {
                Parsed::Partial => return Bytes::new(),
                Parsed::Whole(head, length) => (head, length),
                Parsed::Bad(Wrong { at, message }) => {
                    self.malformed(self.head.offset + at as u64, message, events);
                    return Bytes::new();
                }
                Parsed::TooLarge => {
                    let message = format!("the head has more than {MAX_RESPONSE_HEAD} bytes");
                    self.malformed(self.head.offset + MAX_RESPONSE_HEAD as u64, message, events);
                    return Bytes::new();
                }
            };
            let start = self.head.offset;
            self.head.advance(length);
            self.offset = self.head.offset;
            match self.body_state(&head) {
                Ok(Some(state)) => {
                    self.state = state;
                    events.push(HttpEvent::Head(neutral(head)));
                    self.end_if_empty(events);
                    return std::mem::take(&mut self.head.bytes).freeze();
                }
                Ok(None) => {}
                Err(Wrong { at, message }) => {
                    self.malformed(start + at as u64, message, events);
                    return Bytes::new();
                }
            }
        }
    }

    /// How the body will end, by RFC 9112, section 6.3; `None` for a head that is skipped.
    fn body_state(&self, head: &ResponseHead) -> Result<Option<State>, Wrong> {
        let tunnel = self.method == "CONNECT" && (200..300).contains(&head.status);
        match head.status {
            0..=99 => {
                let message = format!("{:03} is no status code", head.status);
                return Err(Wrong { at: "HTTP/1.1 ".len(), message });
            }
            101 | 204 | 304 => return Ok(Some(State::Length(0))),
            100..=199 => return Ok(None),
            _ if self.method == "HEAD" || tunnel => return Ok(Some(State::Length(0))),
            _ => {}
        }
        Ok(Some(match fields::body_end(&head.fields, head.http_1_0)? {
            BodyEnd::Length(length) => State::Length(length),
            BodyEnd::Chunked => State::Chunked(Box::default()),
            BodyEnd::Unsaid | BodyEnd::OtherCoding { .. } => State::UntilClose,
        }))
    }

    fn read_body(&mut self, bytes: &Bytes, events: &mut Vec<HttpEvent>) {
        if bytes.is_empty() {
            return;
        }
        let used = match &mut self.state {
            State::Head | State::Silent => return,
            State::Ended => 0,
            State::UntilClose => {
                events.push(HttpEvent::Body(bytes.clone()));
                bytes.len()
            }
            State::Length(left) => {
                let length = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                *left -= length as u64;
                events.push(HttpEvent::Body(bytes.slice(..length)));
                length
            }
            State::Chunked(body) => match body.push(bytes, |data| events.push(HttpEvent::Body(data))) {
                Ok(used) => used,
                Err((place, message)) => {
                    self.malformed(self.offset + place as u64, message, events);
                    return;
                }
            },
        };
        self.offset += used as u64;
        self.end_if_empty(events);
        if used < bytes.len() {
            events.push(HttpEvent::Surplus { offset: self.offset });
            self.state = State::Silent;
        }
    }

    fn end_if_empty(&mut self, events: &mut Vec<HttpEvent>) {
        let done = match &self.state {
            State::Length(left) => *left == 0,
            State::Chunked(body) => body.is_done(),
            State::Head | State::UntilClose | State::Ended | State::Silent => false,
        };
        if done {
            self.end(true, events);
        }
    }

    fn end(&mut self, complete: bool, events: &mut Vec<HttpEvent>) {
        events.push(HttpEvent::End { complete });
        self.state = State::Ended;
    }

    fn malformed(&mut self, offset: u64, message: String, events: &mut Vec<HttpEvent>) {
        events.push(HttpEvent::Malformed { offset, message });
        self.state = State::Silent;
        self.head.bytes = BytesMut::new();
    }
}

fn neutral(head: ResponseHead) -> Head {
    let headers =
        head.fields.into_iter().map(|field| (field.name.to_ascii_lowercase(), field.value)).collect();
    Head { status: head.status, headers }
}
