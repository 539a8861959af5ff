//! The HTTP/1 readers against cases; against `hyper` and against any bytes below.

mod any;
mod hyper;

use provoke::wire::http::{
    BodyLength, HttpEvent, MAX_AHEAD, MAX_REQUEST_BODY, MAX_REQUEST_HEAD, MAX_RESPONSE_FIELDS,
    MAX_RESPONSE_HEAD, Request, RequestError, RequestReader, ResponseReader, encode_chunk, encode_head,
    latin1,
};

use crate::case_file::{Case, cases, cuts};

/// The events of an answer, the pieces of its body joined.
fn read_response(method: &str, pieces: &[&[u8]], closed: bool) -> Vec<HttpEvent> {
    let mut reader = ResponseReader::new(method);
    let mut events: Vec<HttpEvent> = pieces.iter().flat_map(|piece| reader.push(piece)).collect();
    if closed {
        events.extend(reader.eof());
    }
    assert_eq!(reader.eof().len(), usize::from(!closed && !ended(&events)), "an end is told once");
    joined(events)
}

fn ended(events: &[HttpEvent]) -> bool {
    events.iter().any(|event| !matches!(event, HttpEvent::Head(_) | HttpEvent::Body(_)))
}

fn joined(events: Vec<HttpEvent>) -> Vec<HttpEvent> {
    let mut all: Vec<HttpEvent> = Vec::new();
    for event in events {
        match (all.last_mut(), event) {
            (Some(HttpEvent::Body(body)), HttpEvent::Body(more)) => {
                assert!(!more.is_empty(), "an empty piece of a body");
                *body = [&body[..], &more[..]].concat().into();
            }
            (_, event) => all.push(event),
        }
    }
    all
}

fn headers(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, value)| format!("; {name}: {value}")).collect()
}

fn shown(event: &HttpEvent) -> String {
    match event {
        HttpEvent::Head(head) => format!("head {}{}", head.status, headers(&head.headers)),
        HttpEvent::Body(body) => format!("body {:?}", latin1(body)),
        HttpEvent::End { complete: true } => "end".to_owned(),
        HttpEvent::End { complete: false } => "end too early".to_owned(),
        HttpEvent::Malformed { offset, message } => format!("malformed at {offset}: {message}"),
        HttpEvent::Surplus { offset } => format!("surplus at {offset}"),
    }
}

/// What a connection's requests come to; stops at the first error.
fn read_requests(pieces: &[&[u8]]) -> Vec<String> {
    let mut reader = RequestReader::new();
    let mut told = Vec::new();
    for piece in pieces {
        let mut bytes = *piece;
        loop {
            match reader.push(bytes) {
                Ok(Some(request)) => told.push(shown_request(&request)),
                Ok(None) => break,
                Err(error) => {
                    told.push(format!("{}: {error}", error.status()));
                    assert_eq!(reader.push(b"GET / HTTP/1.1\r\n\r\n"), Err(error), "an error stays");
                    return told;
                }
            }
            bytes = b"";
        }
        if reader.take_expect_continue() {
            told.push("expects 100".to_owned());
        }
    }
    if !reader.is_idle() {
        told.push("unfinished".to_owned());
    }
    told
}

fn shown_request(request: &Request) -> String {
    let Request { method, target, headers: fields, body, keep_alive } = request;
    let kept = if *keep_alive { "" } else { " then close" };
    format!("{method} {target}{} {:?}{kept}", headers(fields), latin1(body))
}

fn method(case: &Case) -> &str {
    case.setting("method").unwrap_or("GET")
}

#[test]
fn every_answer_reads_as_written_at_every_cut() {
    for case in cases("http/responses") {
        let closed = case.setting("open").is_none();
        for pieces in cuts(&case.input) {
            let events = read_response(method(&case), &pieces, closed);
            let told: Vec<String> = events.iter().map(shown).collect();
            assert_eq!(told, case.want, "{}: {} pieces", case.name, pieces.len());
        }
    }
}

#[test]
fn every_request_reads_as_written_at_every_cut() {
    for case in cases("http/requests") {
        for pieces in cuts(&case.input) {
            // Whether the client is seen to wait for a 100 hangs on the cut.
            let told: Vec<String> =
                read_requests(&pieces).into_iter().filter(|line| line != "expects 100").collect();
            assert_eq!(told, case.want, "{}: {} pieces", case.name, pieces.len());
        }
    }
}

#[test]
fn a_head_is_bounded() {
    let long = |length: usize| {
        let mut head = b"HTTP/1.1 200 OK\r\na: ".to_vec();
        head.resize(length - 4, b'x');
        head.extend_from_slice(b"\r\n\r\n");
        read_response("HEAD", &[&head], true)
    };
    assert!(matches!(long(MAX_RESPONSE_HEAD)[..], [HttpEvent::Head(_), HttpEvent::End { complete: true }]));
    let [HttpEvent::Malformed { offset, .. }] = long(MAX_RESPONSE_HEAD + 1)[..] else {
        panic!("not refused")
    };
    assert_eq!(offset, MAX_RESPONSE_HEAD as u64);

    let many = |count: usize| {
        let head = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(count));
        read_response("HEAD", &[head.as_bytes()], true)
    };
    assert_eq!(many(MAX_RESPONSE_FIELDS).len(), 2);
    let [HttpEvent::Malformed { offset, .. }] = many(MAX_RESPONSE_FIELDS + 1)[..] else {
        panic!("not refused")
    };
    // The line end of the field too many.
    assert_eq!(offset, 17 + 6 * MAX_RESPONSE_FIELDS as u64 + 5);
}

#[test]
fn a_request_is_bounded() {
    let push = |bytes: &[u8]| RequestReader::new().push(bytes);
    let head = |length: usize| {
        let mut head = b"GET / HTTP/1.1\r\na: ".to_vec();
        head.resize(length - 4, b'x');
        head.extend_from_slice(b"\r\n\r\n");
        head
    };
    assert!(push(&head(MAX_REQUEST_HEAD)).is_ok_and(|request| request.is_some()));
    let offset = MAX_REQUEST_HEAD as u64;
    assert_eq!(push(&head(MAX_REQUEST_HEAD + 1)), Err(RequestError::HeadTooLarge { offset }));

    let length = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n", MAX_REQUEST_BODY + 1);
    let offset = length.len() as u64;
    assert_eq!(push(length.as_bytes()), Err(RequestError::BodyTooLarge { offset }));

    let mut reader = RequestReader::new();
    let start = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(reader.push(start), Ok(None));
    let chunk = encode_chunk(&vec![b'x'; 1 << 20]);
    for _ in 0..MAX_REQUEST_BODY >> 20 {
        assert_eq!(reader.push(&chunk), Ok(None));
    }
    assert_eq!(reader.push(&chunk), Err(RequestError::BodyTooLarge { offset: start.len() as u64 }));

    let mut reader = RequestReader::new();
    let ahead = b"GET / HTTP/1.1\r\n\r\n".repeat(MAX_AHEAD / 18 + 2);
    assert!(reader.push(&ahead).is_ok_and(|request| request.is_some()));
    assert_eq!(reader.push(b"GET"), Err(RequestError::TooFarAhead { offset: 18 }));
}

#[test]
fn a_client_that_waits_for_a_100_is_heard_once() {
    let mut reader = RequestReader::new();
    let head = b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\ncontent-length: 2\r\n\r\n";
    assert_eq!(reader.push(head), Ok(None));
    assert!(reader.take_expect_continue());
    assert!(!reader.take_expect_continue());
    let request = reader.push(b"hi").expect("a request").expect("whole");
    assert_eq!((request.header("expect"), &request.body[..]), (Some("100-Continue"), &b"hi"[..]));
    // One that did not wait is not told to go on after its request is whole.
    let mut reader = RequestReader::new();
    assert!(reader.push(&[&head[..], b"hi"].concat()).is_ok_and(|request| request.is_some()));
    assert!(!reader.take_expect_continue());
}

#[test]
fn what_would_break_a_head_apart_is_written_harmlessly() {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = [header("x y", "a\r\nset-cookie: b"), header("é", "ü→\0")];
    let bytes = encode_head(529, &headers, BodyLength::UntilClose);
    let want = "HTTP/1.1 529 Overloaded\r\nx-y: a  set-cookie: b\r\n--: \u{fc}\u{e2}\u{86}\u{92} \r\nconnection: close\r\n\r\n";
    assert_eq!(latin1(&bytes), want);
    assert_eq!(encode_chunk(b""), b"");
}
