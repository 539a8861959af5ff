//! The tap: what it keeps, and how it tells what it did not keep.

use bytes::Bytes;
use provoke::moment::Moment;
use provoke::recording::redact::Redactor;
use provoke::recording::tap::{
    ExchangeId, Leg, Policy, Tap, WINDOW_HEAD_BYTES, WINDOW_TAIL_BYTES, WINDOW_TAIL_RECORDS,
};
use provoke::recording::{
    Exchange, Frame, FrameOrigin, FramesDropped, Head, HttpExchange, Recording, RequestBytes, Side,
    TransportEvent,
};

const LEG: Leg<'_> =
    Leg { side: Side::Upstream, attempt: 1, provider: "minimax", model: "m2", dialect: "openai_chat" };

fn tap(policy: Policy) -> (Tap, ExchangeId) {
    let mut tap = Tap::new(policy, Redactor::default());
    let id = tap.begin(LEG, RequestBytes::default(), Moment::ZERO);
    (tap, id)
}

fn only_http(recording: &Recording) -> &HttpExchange {
    recording.upstream().next().expect("an exchange was begun")
}

/// The events in short.
fn told(http: &HttpExchange) -> Vec<String> {
    let short = |event: &TransportEvent| match event {
        TransportEvent::Bytes(bytes) => format!("bytes {}", bytes.len()),
        other => format!("{other:?}"),
    };
    http.events.iter().map(|event| format!("{} {}", event.at.nanos(), short(&event.what))).collect()
}

#[test]
fn a_full_tap_keeps_every_piece_with_its_moment() {
    let (mut tap, id) = tap(Policy::Full);
    tap.event(id, Moment::from_nanos(1), TransportEvent::Connected);
    tap.event(id, Moment::from_nanos(2), TransportEvent::Head(Head { status: 200, headers: vec![] }));
    for at in 3..=5 {
        tap.event(id, Moment::from_nanos(at), TransportEvent::Bytes("data: x\n\n".into()));
    }
    tap.event(id, Moment::from_nanos(6), TransportEvent::Eof { complete: true });
    let recording = tap.finish();
    let http = only_http(&recording);
    assert_eq!(
        told(http),
        [
            "1 Connected",
            "2 Head(Head { status: 200, headers: [] })",
            "3 bytes 9",
            "4 bytes 9",
            "5 bytes 9",
            "6 Eof { complete: true }"
        ]
    );
    assert_eq!(http.dropped(), 0);
}

#[test]
fn a_window_keeps_the_head_and_the_last_records_and_tells_the_gap() {
    let (mut tap, id) = tap(Policy::Window);
    let record = |n: u64| format!("data: {n:090}\n\n");
    let whole: String = (0..1000).map(record).collect();
    for n in 0..1000 {
        tap.event(id, Moment::from_nanos(n), TransportEvent::Bytes(record(n).into()));
    }
    tap.event(id, Moment::from_nanos(1000), TransportEvent::Eof { complete: true });
    let recording = tap.finish();
    let http = only_http(&recording);
    let gap = http.events.iter().position(|event| matches!(event.what, TransportEvent::Gap { .. })).unwrap();
    let kept = |events: std::ops::Range<usize>| {
        let part = HttpExchange { events: http.events[events].to_vec(), ..http.clone() };
        String::from_utf8(part.body()).unwrap()
    };
    let (head, tail) = (kept(0..gap), kept(gap..http.events.len()));
    assert_eq!(head, whole[..WINDOW_HEAD_BYTES as usize]);
    assert_eq!(tail, (992..1000).map(record).collect::<String>());
    let dropped = whole.len() - head.len() - tail.len();
    let records = 1000 - WINDOW_TAIL_RECORDS as u64 - WINDOW_HEAD_BYTES / 98;
    assert_eq!(http.events[gap].what, TransportEvent::Gap { bytes: dropped as u64, records });
    assert_eq!(http.events[gap].at.nanos(), WINDOW_HEAD_BYTES / 98, "when the first dropped byte came");
    assert_eq!(http.dropped(), dropped as u64);
    assert_eq!(http.end().map(|end| &end.what), Some(&TransportEvent::Eof { complete: true }));
}

#[test]
fn a_window_is_whole_up_to_its_limit_and_cut_beyond() {
    let limit = (WINDOW_HEAD_BYTES + WINDOW_TAIL_BYTES) as usize;
    for (length, expected) in [
        (limit, vec![format!("0 bytes {limit}")]),
        (
            limit + 1,
            vec![
                format!("0 bytes {WINDOW_HEAD_BYTES}"),
                "0 Gap { bytes: 1, records: 0 }".to_owned(),
                format!("0 bytes {WINDOW_TAIL_BYTES}"),
            ],
        ),
    ] {
        let (mut tap, id) = tap(Policy::Window);
        tap.event(id, Moment::ZERO, TransportEvent::Bytes(vec![b'x'; length].into()));
        assert_eq!(told(only_http(&tap.finish())), expected);
    }
}

#[test]
fn a_long_request_is_cut_and_the_cut_is_told() {
    for (over, expected) in [(0, vec![]), (1, vec!["5 RequestCut { bytes: 1 }"])] {
        let mut tap = Tap::new(Policy::Window, Redactor::default());
        let body = Bytes::from(vec![b'x'; WINDOW_HEAD_BYTES as usize + over]);
        tap.begin(LEG, RequestBytes { body, ..RequestBytes::default() }, Moment::from_nanos(5));
        let recording = tap.finish();
        assert_eq!(told(only_http(&recording)), expected);
        assert_eq!(only_http(&recording).request.body.len() as u64, WINDOW_HEAD_BYTES);
        assert_eq!(only_http(&recording).end(), None);
    }
}

#[test]
fn secrets_that_straddle_the_edges_of_a_window_leave_nothing() {
    let secret = format!("sk-ant-api03-{}", "Ab3".repeat(30));
    for place in [4000, 4050, 4090] {
        let (mut tap, id) = tap(Policy::Window);
        for (filler, key) in [(place, true), (60_000, true), (32_700, false)] {
            tap.event(id, Moment::ZERO, TransportEvent::Bytes(". ".repeat(filler / 2).into()));
            if key {
                for piece in secret.as_bytes().chunks(7) {
                    tap.event(id, Moment::ZERO, TransportEvent::Bytes(Bytes::copy_from_slice(piece)));
                }
            }
        }
        let body = String::from_utf8(only_http(&tap.finish()).body()).unwrap();
        assert!(body.contains("***") && !body.contains("Ab3") && !body.contains("b3A"), "{place}");
    }
}

#[test]
fn a_secret_that_straddles_the_end_of_a_kept_request_leaves_nothing() {
    let secret = "correct-horse-battery-staple";
    for before in 0..secret.len() {
        let mut tap = Tap::new(Policy::Window, Redactor::new([secret.to_owned()]));
        let filler = ".".repeat(WINDOW_HEAD_BYTES as usize - before);
        let body = Bytes::from(format!("{filler}{secret}"));
        tap.begin(LEG, RequestBytes { body, ..RequestBytes::default() }, Moment::ZERO);
        let recording = tap.finish();
        assert_eq!(only_http(&recording).request.body, format!("{filler}{}", "*".repeat(before)));
    }
}

#[test]
fn a_value_whose_beginning_was_dropped_is_no_evidence() {
    let (mut tap, id) = tap(Policy::Window);
    tap.event(id, Moment::ZERO, TransportEvent::Bytes("x ".repeat(20_000).into()));
    for _ in 0..60 {
        tap.event(id, Moment::ZERO, TransportEvent::Bytes("Ab3".repeat(1000).into()));
    }
    tap.event(id, Moment::ZERO, TransportEvent::Bytes("\" and more".into()));
    let body = String::from_utf8(only_http(&tap.finish()).body()).unwrap();
    assert!(body.ends_with("***\" and more") && !body.contains("Ab3"));
}

#[test]
fn a_window_keeps_the_first_and_the_last_frames_of_a_socket() {
    let mut tap = Tap::new(Policy::Window, Redactor::default());
    let id = tap.begin_duplex(Side::Caller, RequestBytes::default(), Moment::ZERO);
    for n in 0..100_u64 {
        let bytes = Bytes::from(format!("{n:0400}"));
        tap.frame(id, Moment::from_nanos(n), Frame { origin: FrameOrigin::Client, text: true, bytes });
    }
    let recording = tap.finish();
    let Some(Exchange::Duplex(duplex)) = recording.exchanges.first() else { panic!("no socket") };
    let kept: Vec<u64> = duplex.frames.iter().map(|frame| frame.at.nanos()).collect();
    assert_eq!(kept, (0..10).chain(92..100).collect::<Vec<_>>());
    assert_eq!(duplex.dropped, Some(FramesDropped { after: 10, frames: 82, bytes: 82 * 400 }));
}

#[test]
fn an_id_of_another_kind_or_tap_does_nothing() {
    let (mut one, _) = tap(Policy::Full);
    let (mut other, _) = tap(Policy::Full);
    let socket = other.begin_duplex(Side::Caller, RequestBytes::default(), Moment::ZERO);
    one.event(socket, Moment::ZERO, TransportEvent::Reset);
    other.event(socket, Moment::ZERO, TransportEvent::Reset);
    assert_eq!(told(only_http(&one.finish())), Vec::<String>::new());
    assert_eq!(told(only_http(&other.finish())), Vec::<String>::new());
}
