//! Recordings to test with: one of everything, and arbitrary ones.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use provoke::moment::Moment;
use provoke::recording::cassette::Meta;
use provoke::recording::{
    Decision, DuplexExchange, Exchange, Frame, FrameOrigin, FramesDropped, Head, HttpExchange, Recording,
    RequestBytes, Side, Stage, Timed, TransportEvent,
};

fn at(millis: u64, what: TransportEvent) -> Timed<TransportEvent> {
    Timed { at: Moment::from_millis(millis), what }
}

fn request(body: &str) -> RequestBytes {
    RequestBytes {
        method: "POST".into(),
        path: "/v1/chat/completions".into(),
        headers: vec![("content-type".into(), "application/json".into()), ("X-Trace".into(), "7".into())],
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

/// A stream that stops inside a letter, a socket, and a refused second attempt.
pub(super) fn small() -> Recording {
    let head = Head { status: 200, headers: vec![("content-type".into(), "text/event-stream".into())] };
    let stream = vec![
        at(1, TransportEvent::Connected),
        at(2, TransportEvent::Head(head.clone())),
        at(3, TransportEvent::Bytes("event: a\ndata: {\"n\":1}\n\ndata: {\"n\":2}\n\nda".into())),
        at(4, TransportEvent::Bytes(Bytes::from_static(b"ta: gr\xc3"))),
        at(4, TransportEvent::Gap { bytes: 900, records: 3 }),
        at(5, TransportEvent::Eof { complete: false }),
    ];
    let http = |attempt, request, events| {
        Exchange::Http(HttpExchange {
            side: Side::Upstream,
            attempt,
            provider: "minimax".into(),
            model: "m2".into(),
            dialect: "openai_chat".into(),
            started: Moment::from_nanos(250),
            request,
            events,
        })
    };
    let frame = |text, bytes: &'static [u8]| Frame { origin: FrameOrigin::Server, text, bytes: bytes.into() };
    let socket = DuplexExchange {
        side: Side::Caller,
        started: Moment::ZERO,
        request: RequestBytes { method: "GET".into(), path: "/ws".into(), ..RequestBytes::default() },
        head: Some(Head { status: 101, headers: Vec::new() }),
        frames: vec![
            Timed { at: Moment::from_millis(1), what: frame(true, b"{\"type\":\"event\"}") },
            Timed { at: Moment::from_millis(2), what: frame(false, b"\x00\x01\xff") },
        ],
        close: Some((1008, "slow consumer".into())),
        dropped: Some(FramesDropped { after: 1, frames: 2, bytes: 70 }),
    };
    let decision = Decision {
        attempt: 1,
        kind: "next-candidate".into(),
        target: "minimax/m2".into(),
        reason: "the stream was cut".into(),
    };
    Recording {
        exchanges: vec![
            http(1, request("{\n  \"model\": \"m2\",\n  \"stream\": true\n}\n"), stream),
            Exchange::Duplex(socket),
            http(2, request("{}"), vec![at(9, TransportEvent::Refused)]),
        ],
        decisions: vec![Timed { at: Moment::from_millis(6), what: decision }],
    }
}

pub(super) fn meta() -> Meta {
    Meta {
        tool_version: "0.1.0".into(),
        scenario: Some("streaming.cut".into()),
        case: Some("streaming.cut[minimax/m2]@sim".into()),
        world: Some("sim".into()),
        seed: Some(7),
        redacted: true,
    }
}

fn moment() -> impl Strategy<Value = Moment> {
    any::<u64>().prop_map(Moment::from_nanos)
}

/// Bytes as bodies have them: arbitrary, text, or records of a stream, cut anywhere.
pub(super) fn bytes() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        vec(any::<u8>(), 0..200).prop_map(Bytes::from),
        any::<String>().prop_map(Bytes::from),
        (vec(select(vec!["data: ü\n", "\n", "\r\n", "event: x\r\n", ": c\n\n"]), 0..12), 0_usize..60)
            .prop_map(|(parts, cut)| {
                let mut bytes = Bytes::from(parts.concat());
                bytes.truncate(cut);
                bytes
            }),
    ]
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    vec((any::<String>(), any::<String>()), 0..3)
}

fn head() -> impl Strategy<Value = Head> {
    (any::<u16>(), headers()).prop_map(|(status, headers)| Head { status, headers })
}

fn requests() -> impl Strategy<Value = RequestBytes> {
    (any::<String>(), any::<String>(), headers(), bytes())
        .prop_map(|(method, path, headers, body)| RequestBytes { method, path, headers, body })
}

fn event() -> impl Strategy<Value = TransportEvent> {
    let stages = vec![Stage::Connect, Stage::Headers, Stage::FirstEvent, Stage::InterEvent, Stage::Total];
    prop_oneof![
        Just(TransportEvent::Connected),
        Just(TransportEvent::Refused),
        any::<String>().prop_map(TransportEvent::TlsFailed),
        head().prop_map(TransportEvent::Head),
        bytes().prop_map(TransportEvent::Bytes),
        bytes().prop_map(TransportEvent::Bytes),
        any::<(u64, u64)>().prop_map(|(bytes, records)| TransportEvent::Gap { bytes, records }),
        any::<u64>().prop_map(|bytes| TransportEvent::RequestCut { bytes }),
        any::<bool>().prop_map(|complete| TransportEvent::Eof { complete }),
        Just(TransportEvent::Reset),
        Just(TransportEvent::GoAway),
        any::<String>().prop_map(TransportEvent::Malformed),
        select(stages).prop_map(TransportEvent::TimedOut),
        Just(TransportEvent::Cancelled),
    ]
}

fn timed<T: std::fmt::Debug>(what: impl Strategy<Value = T>) -> impl Strategy<Value = Timed<T>> {
    (moment(), what).prop_map(|(at, what)| Timed { at, what })
}

fn http() -> impl Strategy<Value = Exchange> {
    let names = any::<(String, String, String)>();
    let sides = select(vec![Side::Upstream, Side::Caller, Side::Wall]);
    (sides, any::<u32>(), names, moment(), requests(), vec(timed(event()), 0..8)).prop_map(
        |(side, attempt, (provider, model, dialect), started, request, events)| {
            Exchange::Http(HttpExchange { side, attempt, provider, model, dialect, started, request, events })
        },
    )
}

fn duplex() -> impl Strategy<Value = Exchange> {
    let frame = (select(vec![FrameOrigin::Client, FrameOrigin::Server]), any::<bool>(), bytes())
        .prop_map(|(origin, text, bytes)| Frame { origin, text, bytes });
    let dropped =
        any::<(u64, u64, u64)>().prop_map(|(after, frames, bytes)| FramesDropped { after, frames, bytes });
    let close = any::<Option<(u16, String)>>();
    (moment(), requests(), option::of(head()), vec(timed(frame), 0..6), close, option::of(dropped)).prop_map(
        |(started, request, head, frames, close, dropped)| {
            Exchange::Duplex(DuplexExchange {
                side: Side::Caller,
                started,
                request,
                head,
                frames,
                close,
                dropped,
            })
        },
    )
}

/// Any recording at all.
pub(super) fn recording() -> impl Strategy<Value = Recording> {
    let decision = any::<(u32, String, String, String)>()
        .prop_map(|(attempt, kind, target, reason)| Decision { attempt, kind, target, reason });
    (vec(prop_oneof![http(), duplex()], 0..4), vec(timed(decision), 0..3))
        .prop_map(|(exchanges, decisions)| Recording { exchanges, decisions })
}
