//! Heads, by `httparse`, plus what it does not tell: where the first bad byte is.

use bytes::{Buf, BytesMut};

use super::fields::{Field, Wrong, latin1};

/// Up to this length a head is parsed at every piece, so that what is not HTTP is seen at once;
/// from there on only when a line has ended, so that a slow head costs no quadratic time.
const EAGER: usize = 64;

/// How far a head is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed<T> {
    /// More bytes are needed.
    Partial,
    /// The head, and its length in bytes.
    Whole(T, usize),
    /// The bytes cannot begin a head.
    Bad(Wrong),
    /// The head does not end within the limit.
    TooLarge,
}

/// The head of an answer as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ResponseHead {
    pub(super) status: u16,
    pub(super) http_1_0: bool,
    pub(super) fields: Vec<Field>,
}

/// The head of a request as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RequestHead {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) http_1_0: bool,
    pub(super) fields: Vec<Field>,
}

/// Collects the bytes of a head and says when parsing them is worth the while.
#[derive(Debug, Default)]
pub(super) struct HeadBytes {
    pub(super) bytes: BytesMut,
    /// Offset of the first byte, from the start of the connection.
    pub(super) offset: u64,
    /// How many bytes were there at the last try.
    tried: usize,
}

impl HeadBytes {
    /// Tries to parse, where new bytes can have changed the outcome or `now` demands it.
    pub(super) fn parse<T>(
        &mut self,
        limit: usize,
        now: bool,
        parse: impl Fn(&[u8]) -> Parsed<T>,
    ) -> Parsed<T> {
        self.skip_empty_lines();
        let fresh = &self.bytes[self.tried.min(self.bytes.len())..];
        let due = now || self.bytes.len() <= EAGER || fresh.contains(&b'\n') || self.bytes.len() > limit;
        if self.bytes.is_empty() || !due {
            return Parsed::Partial;
        }
        self.tried = self.bytes.len();
        let window = &self.bytes[..self.bytes.len().min(limit)];
        match parse(window) {
            Parsed::Partial if self.bytes.len() > limit => Parsed::TooLarge,
            Parsed::Bad(wrong) => Parsed::Bad(first_bad(window, wrong, parse)),
            other => other,
        }
    }

    /// Drops the bytes of a head that was read.
    pub(super) fn advance(&mut self, length: usize) {
        self.bytes.advance(length);
        self.offset += length as u64;
        self.tried = 0;
    }

    /// Empty lines before a head say nothing (RFC 9112, section 2.2).
    fn skip_empty_lines(&mut self) {
        loop {
            let length = match &self.bytes[..] {
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                _ => return,
            };
            self.advance(length);
        }
    }
}

/// Parses the head of an answer.
pub(super) fn response<const FIELDS: usize>(bytes: &[u8]) -> Parsed<ResponseHead> {
    let mut headers = [httparse::EMPTY_HEADER; FIELDS];
    let mut head = httparse::Response::new(&mut headers);
    match head.parse(bytes) {
        Ok(httparse::Status::Partial) => Parsed::Partial,
        Err(error) => bad(error, FIELDS, "an answer"),
        Ok(httparse::Status::Complete(length)) => {
            let status = head.code.unwrap_or_default();
            let http_1_0 = head.version == Some(0);
            Parsed::Whole(ResponseHead { status, http_1_0, fields: fields(bytes, head.headers) }, length)
        }
    }
}

/// Parses the head of a request.
pub(super) fn request<const FIELDS: usize>(bytes: &[u8]) -> Parsed<RequestHead> {
    let mut headers = [httparse::EMPTY_HEADER; FIELDS];
    let mut head = httparse::Request::new(&mut headers);
    match head.parse(bytes) {
        Ok(httparse::Status::Partial) => Parsed::Partial,
        Err(error) => bad(error, FIELDS, "a request"),
        Ok(httparse::Status::Complete(length)) => {
            let method = head.method.unwrap_or_default().to_owned();
            let target = head.path.unwrap_or_default().to_owned();
            let http_1_0 = head.version == Some(0);
            let fields = fields(bytes, head.headers);
            Parsed::Whole(RequestHead { method, target, http_1_0, fields }, length)
        }
    }
}

fn fields(bytes: &[u8], headers: &[httparse::Header<'_>]) -> Vec<Field> {
    let start = bytes.as_ptr() as usize;
    headers
        .iter()
        .map(|header| Field {
            name: header.name.to_owned(),
            value: latin1(header.value),
            at: (header.value.as_ptr() as usize).saturating_sub(start),
        })
        .collect()
}

fn bad<T>(error: httparse::Error, fields: usize, what: &str) -> Parsed<T> {
    let message = match error {
        httparse::Error::TooManyHeaders => format!("more than {fields} header fields"),
        httparse::Error::Version => format!("not the start of {what} in HTTP/1"),
        httparse::Error::HeaderName => "a byte that no header name may have".to_owned(),
        httparse::Error::HeaderValue => "a byte that no header value may have".to_owned(),
        httparse::Error::NewLine => "a line end that is none".to_owned(),
        httparse::Error::Status => "a byte that no status line may have".to_owned(),
        httparse::Error::Token => format!("a byte that no first line of {what} may have"),
    };
    Parsed::Bad(Wrong { at: 0, message })
}

/// What is wrong at the first byte with which `bytes` stop being the start of a head.
fn first_bad<T>(bytes: &[u8], mut wrong: Wrong, parse: impl Fn(&[u8]) -> Parsed<T>) -> Wrong {
    let (mut good, mut bad) = (0, bytes.len());
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        match parse(&bytes[..middle]) {
            Parsed::Bad(earlier) => (bad, wrong) = (middle, earlier),
            _ => good = middle,
        }
    }
    Wrong { at: bad - 1, ..wrong }
}
