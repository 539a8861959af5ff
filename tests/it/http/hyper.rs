//! Our reader of answers against `hyper`, through `reqwest`, on a real socket.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};

use proptest::prelude::*;
use provoke::wire::http::{Head, HttpEvent, latin1};

use super::any::{edited, edits, fields, length, payload, written};
use super::{method, read_response};
use crate::case_file::cases;

/// What both our reader and `hyper` can tell: the head, the body, and whether it ended well.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    head: Option<Head>,
    body: Vec<u8>,
    good: bool,
}

fn outcome(events: Vec<HttpEvent>) -> Outcome {
    let mut outcome = Outcome { head: None, body: Vec::new(), good: false };
    for event in events {
        match event {
            HttpEvent::Head(mut head) => {
                head.headers.sort();
                outcome.head = Some(head);
            }
            HttpEvent::Body(body) => outcome.body.extend_from_slice(&body),
            HttpEvent::End { complete } => outcome.good = complete,
            HttpEvent::Malformed { .. } | HttpEvent::Surplus { .. } => {}
        }
    }
    outcome
}

/// Serves these bytes to one client, then closes, or waits until the client does.
fn serve(bytes: Vec<u8>, close: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a client");
        let mut request = Vec::new();
        let mut buffer = [0; 1024];
        while !request.ends_with(b"\r\n\r\n") {
            let length = socket.read(&mut buffer).expect("a request");
            request.extend_from_slice(&buffer[..length]);
        }
        // The client may leave as soon as it knows enough.
        _ = socket.write_all(&bytes);
        if close {
            _ = socket.shutdown(Shutdown::Write);
        }
        while socket.read(&mut buffer).is_ok_and(|length| length > 0) {}
    });
    url
}

async fn by_hyper(method: &str, url: &str) -> Outcome {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let mut outcome = Outcome { head: None, body: Vec::new(), good: false };
    let Ok(mut response) = client.request(method, url).send().await else { return outcome };
    let field = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        (name.as_str().to_owned(), latin1(value.as_bytes()))
    };
    let mut headers: Vec<(String, String)> = response.headers().iter().map(field).collect();
    headers.sort();
    outcome.head = Some(Head { status: response.status().as_u16(), headers });
    loop {
        match response.chunk().await {
            Ok(Some(bytes)) => outcome.body.extend_from_slice(&bytes),
            Ok(None) => {
                outcome.good = true;
                return outcome;
            }
            Err(_) => return outcome,
        }
    }
}

#[tokio::test]
async fn hyper_reads_every_answer_the_same() {
    let mut seen = 0;
    for case in cases("http/responses") {
        // A CONNECT is not for the server that answers it.
        if method(&case) == "CONNECT" {
            continue;
        }
        let closed = case.setting("open").is_none();
        let ours = outcome(read_response(method(&case), &[&case.input], closed));
        let theirs = by_hyper(method(&case), &serve(case.input.clone(), closed)).await;
        assert_eq!(ours, theirs, "{}", case.name);
        seen += 1;
    }
    assert!(seen > 20);
}

#[test]
fn hyper_reads_edited_answers_the_same() {
    // Always the same answers: a real socket must not fail by chance.
    let config = crate::chance::tries(256);
    let rng = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(config, rng);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let method = prop::sample::select(&["GET", "HEAD"][..]);
    let answers = (fields(), payload(), length(), edits(), method);
    let outcome = runner.run(&answers, |(headers, pieces, how, edits, method)| {
        let bytes = edited(written(200, &headers, &pieces, how), &edits);
        let ours = outcome(read_response(method, &[&bytes], true));
        let theirs = runtime.block_on(by_hyper(method, &serve(bytes.clone(), true)));
        prop_assert_eq!(ours, theirs, "{:?}", latin1(&bytes));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
