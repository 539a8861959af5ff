//! The request's side: what a server reads.

use bytes::{Bytes, BytesMut};

use super::chunked::ChunkedBody;
use super::fields::{self, BodyEnd, Wrong};
use super::parse::{self, HeadBytes, Parsed};

/// The most bytes of a request's head.
pub const MAX_REQUEST_HEAD: usize = 64 << 10;

/// The most header fields of a request.
pub const MAX_REQUEST_FIELDS: usize = 128;

/// The most bytes of a request's body.
pub const MAX_REQUEST_BODY: usize = 64 << 20;

/// The most bytes that may wait behind a request that was given out: a client that writes
/// requests ahead must at times read an answer.
pub const MAX_AHEAD: usize = 1 << 20;

/// One whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Such as `POST`.
    pub method: String,
    /// The path with its query, or whatever form of target was sent.
    pub target: String,
    /// Header fields in order; names keep their spelling.
    pub headers: Vec<(String, String)>,
    /// The body, without the chunks' framing. Trailers are dropped.
    pub body: Bytes,
    /// Whether the connection may serve another request: HTTP/1.1 unless the client says
    /// `close`, HTTP/1.0 if it says `keep-alive`.
    pub keep_alive: bool,
}

impl Request {
    /// The first value of a header; `name` in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why no request can be read from a connection any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// What came is no request.
    #[error("byte {offset}: {message}; the client does not speak HTTP/1.1 here")]
    Malformed {
        /// The first byte that cannot be, from the start of the connection.
        offset: u64,
        /// What is wrong there.
        message: String,
    },
    /// The head is over the limit.
    #[error("byte {offset}: the client's request head has more than {MAX_REQUEST_HEAD} bytes")]
    HeadTooLarge {
        /// The first byte over it.
        offset: u64,
    },
    /// The body is over the limit, or says that it will be.
    #[error("byte {offset}: the client's request body has more than {MAX_REQUEST_BODY} bytes")]
    BodyTooLarge {
        /// Where the body begins.
        offset: u64,
    },
    /// Too many requests were sent ahead.
    #[error("byte {offset}: the client sent more than {MAX_AHEAD} bytes ahead without reading answers")]
    TooFarAhead {
        /// Where the unread bytes begin.
        offset: u64,
    },
}

impl RequestError {
    /// The status code that answers it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed { .. } | Self::TooFarAhead { .. } => 400,
            Self::HeadTooLarge { .. } => 431,
            Self::BodyTooLarge { .. } => 413,
        }
    }
}

/// Reads the requests of one connection, one after the other.
#[derive(Debug, Default)]
pub struct RequestReader {
    held: HeadBytes,
    open: Option<Open>,
    expects_continue: bool,
    failed: Option<RequestError>,
}

/// A request whose body has not wholly come.
#[derive(Debug)]
struct Open {
    request: Request,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Length(usize),
    Chunked { coding: Box<ChunkedBody>, data: BytesMut, start: u64 },
}

impl RequestReader {
    /// A reader for a new connection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes; gives a request once it is whole. Bytes after it are kept: call
    /// with no bytes for the next one, until there is none.
    ///
    /// # Errors
    /// [`RequestError`] when the bytes are no request or exceed a limit, now and ever after.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<Request>, RequestError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let read = self.read(bytes);
        if let Err(error) = &read {
            self.failed = Some(error.clone());
            self.held = HeadBytes::default();
            self.open = None;
        }
        read
    }

    /// Whether the client waits for `100 Continue` before it sends the body; true once.
    pub fn take_expect_continue(&mut self) -> bool {
        std::mem::take(&mut self.expects_continue)
    }

    /// Whether the connection is between two requests, so that its end is in good order.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.open.is_none() && self.held.bytes.is_empty()
    }

    fn read(&mut self, bytes: &[u8]) -> Result<Option<Request>, RequestError> {
        if self.open.is_none() && !bytes.is_empty() && self.held.bytes.len() > MAX_AHEAD {
            return Err(RequestError::TooFarAhead { offset: self.held.offset });
        }
        self.held.bytes.extend_from_slice(bytes);
        if self.open.is_none() {
            self.open = self.read_head()?;
        }
        let Some(mut open) = self.open.take() else { return Ok(None) };
        if self.read_body(&mut open)? {
            self.expects_continue = false;
            return Ok(Some(open.request));
        }
        self.open = Some(open);
        Ok(None)
    }

    fn read_head(&mut self) -> Result<Option<Open>, RequestError> {
        let parsed = self.held.parse(MAX_REQUEST_HEAD, false, parse::request::<MAX_REQUEST_FIELDS>);
        let start = self.held.offset;
        let (head, length) = match parsed {
            Parsed::Partial => return Ok(None),
            Parsed::Whole(head, length) => (head, length),
            Parsed::Bad(wrong) => return Err(malformed(start, wrong)),
            Parsed::TooLarge => {
                return Err(RequestError::HeadTooLarge { offset: start + MAX_REQUEST_HEAD as u64 });
            }
        };
        self.held.advance(length);
        let end = fields::body_end(&head.fields, head.http_1_0).map_err(|wrong| malformed(start, wrong))?;
        let body = match end {
            BodyEnd::Unsaid => Body::Length(0),
            BodyEnd::Length(length) => match usize::try_from(length) {
                Ok(length) if length <= MAX_REQUEST_BODY => Body::Length(length),
                _ => return Err(RequestError::BodyTooLarge { offset: self.held.offset }),
            },
            BodyEnd::Chunked => {
                let start = self.held.offset;
                Body::Chunked { coding: Box::default(), data: BytesMut::new(), start }
            }
            BodyEnd::OtherCoding { at } => {
                let message = "`chunked` is not the last transfer coding of a request".to_owned();
                return Err(malformed(start, Wrong { at, message }));
            }
        };
        let fields = &head.fields;
        self.expects_continue = fields::has_token(fields, "expect", "100-continue") && !head.http_1_0;
        let keep_alive = !fields::has_token(fields, "connection", "close")
            && (!head.http_1_0 || fields::has_token(fields, "connection", "keep-alive"));
        let headers = head.fields.into_iter().map(|field| (field.name, field.value)).collect();
        let (method, target) = (head.method, head.target);
        let request = Request { method, target, headers, body: Bytes::new(), keep_alive };
        Ok(Some(Open { request, body }))
    }

    /// Reads what there is of the body; true when it is whole.
    fn read_body(&mut self, open: &mut Open) -> Result<bool, RequestError> {
        match &mut open.body {
            Body::Length(length) => {
                if self.held.bytes.len() < *length {
                    return Ok(false);
                }
                let body = self.held.bytes.split_to(*length);
                self.held.offset += *length as u64;
                open.request.body = body.freeze();
                Ok(true)
            }
            Body::Chunked { coding, data, start } => {
                let bytes = std::mem::take(&mut self.held.bytes).freeze();
                let used = coding.push(&bytes, |piece| {
                    // What is over the limit is refused below; until then it is not kept.
                    let room = (MAX_REQUEST_BODY + 1).saturating_sub(data.len());
                    data.extend_from_slice(&piece[..piece.len().min(room)]);
                });
                let used =
                    used.map_err(|(at, message)| malformed(self.held.offset, Wrong { at, message }))?;
                self.held.offset += used as u64;
                self.held.bytes = BytesMut::from(bytes.slice(used..));
                if data.len() > MAX_REQUEST_BODY {
                    return Err(RequestError::BodyTooLarge { offset: *start });
                }
                if !coding.is_done() {
                    return Ok(false);
                }
                open.request.body = std::mem::take(data).freeze();
                Ok(true)
            }
        }
    }
}

fn malformed(start: u64, wrong: Wrong) -> RequestError {
    RequestError::Malformed { offset: start + wrong.at as u64, message: wrong.message }
}
