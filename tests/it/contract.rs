//! The seam of both worlds: what the real transport tells of a fault on a real socket is what the
//! simulated world says that it tells.
//!
//! What cannot agree, and is made equal before it is compared: the order of headers of different
//! names (the HTTP library groups them), how a body is cut into pieces, and the words of a
//! `Malformed`. Waits are taken out: they are the business of the machine, not of the seam.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use provoke::fault::wire::{WireAct, render};
use provoke::fault::{self, Args, Context};
use provoke::io::clock::TimeScale;
use provoke::io::mock::blackhole::Blackhole;
use provoke::io::mock::refuser::Refuser;
use provoke::io::mock::{MockServer, Responder};
use provoke::io::router::events_of;
use provoke::moment::Moment;
use provoke::recording::timeline::{Act, Framing, Piece, Timeline};
use provoke::recording::{Head, RequestBytes, TransportEvent};
use provoke::routing::Call;
use provoke::simulation::transport_events;

use crate::healthy::{self, DIALECTS, MODEL};

/// Does the same with every request.
struct Always(Timeline);

impl Responder for Always {
    fn respond(&mut self, _: usize, _: &RequestBytes, _: Moment) -> Vec<WireAct> {
        render(&self.0)
    }
}

/// Transport events in the form in which both worlds must agree.
#[derive(Debug, Default, PartialEq)]
struct Told {
    /// Everything but the bytes, in order.
    events: Vec<TransportEvent>,
    body: Vec<u8>,
}

impl Told {
    fn add(&mut self, event: TransportEvent) {
        match event {
            TransportEvent::Bytes(bytes) => self.body.extend_from_slice(&bytes),
            TransportEvent::Malformed(_) => self.events.push(TransportEvent::Malformed(String::new())),
            TransportEvent::Head(mut head) => {
                head.headers.sort();
                self.events.push(TransportEvent::Head(head));
            }
            other => self.events.push(other),
        }
    }

    fn ended(&self) -> bool {
        !matches!(self.events.last(), None | Some(TransportEvent::Connected | TransportEvent::Head(_)))
    }
}

fn simulated(timeline: &Timeline) -> Told {
    let mut told = Told::default();
    transport_events(timeline, Moment::ZERO).into_iter().for_each(|event| told.add(event.what));
    told
}

/// What the real transport tells. Where the simulated world says that nothing more comes, the mock
/// is stopped as soon as all of that came: what is told behind it may only be an end.
async fn real(timeline: &Timeline, wanted: &Told) -> Told {
    let refuser = Refuser::bind(Ipv4Addr::LOCALHOST.into()).unwrap();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut server = Some(MockServer::listen(any, Always(timeline.clone()), TimeScale::REAL).unwrap());
    let mut blackhole = None;
    let address = match timeline.acts.first() {
        Some(Act::Refuse) => refuser.address(),
        Some(Act::Blackhole) => {
            blackhole.insert(Blackhole::bind(Ipv4Addr::LOCALHOST.into()).unwrap()).address()
        }
        _ => server.as_ref().unwrap().address(0),
    };
    let call = Call {
        attempt: 1,
        candidate: 0,
        url: format!("http://{address}/v1/chat/completions"),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Bytes::from_static(b"{}"),
    };
    let (mut told, mut news) = (Told::default(), events_of(call));
    loop {
        let all_came = !wanted.ended() && told == *wanted;
        if all_came && server.take().is_some() {
            drop(blackhole.take());
            while let Some(event) = news.recv().await {
                assert!(!matches!(event, TransportEvent::Bytes(_) | TransportEvent::Head(_)), "{event:?}");
            }
            return told;
        }
        match news.recv().await {
            Some(event) => told.add(event),
            None => return told,
        }
    }
}

async fn agree(name: &str, timeline: &Timeline) {
    let mut timeline = timeline.clone();
    timeline.acts.retain(|act| !matches!(act, Act::Wait(_)));
    let wanted = simulated(&timeline);
    let told = real(&timeline, &wanted).await;
    assert_eq!(told.events, wanted.events, "{name}");
    assert!(told.body == wanted.body, "{name}: {} bytes, not {}", told.body.len(), wanted.body.len());
}

#[tokio::test]
async fn every_fault_is_told_alike_in_both_worlds() {
    let mut compared = 0;
    for dialect in DIALECTS {
        for fault in fault::all() {
            let (request, args) = (healthy::provocative(dialect), Args::none());
            let cx = Context::new(dialect, &request, &args, MODEL);
            let calls = [healthy::tool_call(dialect), healthy::two_calls(dialect)];
            for answer in [healthy::text(dialect), healthy::whole(dialect)].into_iter().chain(calls) {
                let Ok(timeline) = fault.apply(&cx, answer) else { continue };
                agree(&format!("{} in {dialect}", fault.name()), &timeline).await;
                compared += 1;
            }
        }
    }
    assert!(compared > 250, "{compared}");
}

fn raw(text: impl Into<Bytes>) -> Act {
    Act::Raw(text.into())
}

#[tokio::test]
async fn odd_answers_are_told_alike_in_both_worlds() {
    let head = |status, framing| Act::Head { head: Head { status, headers: vec![] }, framing };
    let body = |size: usize| Act::Body { bytes: vec![b'x'; size].into(), piece: Piece::Whole };
    let long = |size: usize| {
        format!("HTTP/1.1 200 OK\r\nx-long: {}\r\ncontent-length: 2\r\n\r\nok", "y".repeat(size))
    };
    let many =
        |count: usize| format!("HTTP/1.1 200 OK\r\n{}content-length: 2\r\n\r\nok", "a: b\r\n".repeat(count));
    let cases: Vec<(&str, Vec<Act>)> = vec![
        ("http 1.0", vec![raw("HTTP/1.0 200 OK\r\n\r\nhello"), Act::Close]),
        ("http 1.0 reset", vec![raw("HTTP/1.0 200 OK\r\n\r\nhello"), Act::Reset]),
        (
            "informational",
            vec![raw(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            )],
        ),
        ("informational only", vec![raw("HTTP/1.1 100 Continue\r\n\r\n"), Act::Close]),
        (
            "redirect",
            vec![raw(
                "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n",
            )],
        ),
        ("no content", vec![raw("HTTP/1.1 204 No Content\r\n\r\n")]),
        ("a long header", vec![raw(long(100_000))]),
        ("a header too long", vec![raw(long(1_000_000)), Act::Close]),
        ("99 fields", vec![raw(many(98))]),
        ("too many fields", vec![raw(many(200)), Act::Close]),
        ("not http", vec![raw("SSH-2.0-OpenSSH_9.6\r\n"), Act::Close]),
        (
            "a bad chunk",
            vec![raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n"), Act::Close],
        ),
        ("cut in the head", vec![raw("HTTP/1.1 200 OK\r\ncontent-"), Act::Close]),
        ("reset in the head", vec![raw("HTTP/1.1 200 OK\r\ncontent-"), Act::Reset]),
        (
            "cut in a chunk",
            vec![raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nok"), Act::Close],
        ),
        ("bytes behind the end", vec![raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokay"), Act::Close]),
        ("8 MiB", vec![head(200, Framing::Chunked), body(8 << 20), Act::EndBody]),
        ("8 MiB until the close", vec![head(200, Framing::UntilClose), body(8 << 20), Act::Close]),
        ("a length never kept", vec![head(200, Framing::FixedLength(9)), body(2), Act::Hold]),
        ("silence", vec![Act::Hold]),
        ("nothing", vec![Act::Close]),
    ];
    for (name, acts) in cases {
        agree(name, &Timeline { acts }).await;
    }
}
