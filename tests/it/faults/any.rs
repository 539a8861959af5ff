//! Any fault on any timeline: imported answers are as odd as the wire.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::select;
use provoke::fault::wire::{WireAct, render};
use provoke::fault::{Args, Context, Dose, all, dosed};
use provoke::recording::timeline::{Act, Framing, Piece, Timeline};
use provoke::recording::{Head, RequestBytes};

const RECORDS: [&[u8]; 7] = [
    b"data: {\"choices\":[{\"delta\":{\"content\":\"\xc3\xab\"},\"finish_reason\":\"stop\"}],\"usage\":{}}\n\n",
    b"event: x\r\ndata:{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"a\",\"partial_json\":\"{\"}}",
    b"data: \xff\xfe {\n: \n\ndata",
    b"data:",
    b"[1,{\"model\":null,\"message\":[]}]",
    b"\xe2",
    b"",
];

const BODIES: [&[u8]; 3] = [b"{}", b"{\"tools\":[1,{\"function\":[]}],\"messages\":[]}", b"\xff"];

fn bytes() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        select(RECORDS.to_vec()).prop_map(Bytes::from_static),
        proptest::collection::vec(any::<u8>(), 0..24).prop_map(Bytes::from),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let piece = prop_oneof![
        Just(Piece::Whole),
        Just(Piece::Content),
        Just(Piece::Frame),
        Just(Piece::Finish),
        Just(Piece::Terminal),
        Just(Piece::Comment),
    ];
    let framing = prop_oneof![
        Just(Framing::Chunked),
        Just(Framing::Length),
        any::<u64>().prop_map(Framing::FixedLength),
        Just(Framing::UntilClose),
    ];
    prop_oneof![
        8 => (bytes(), piece).prop_map(|(bytes, piece)| Act::Body { bytes, piece }),
        2 => (any::<u16>(), framing).prop_map(|(status, framing)| {
            let headers = vec![("content-type".to_owned(), "text/event-stream\r\nx: y".to_owned())];
            Act::Head { head: Head { status, headers }, framing }
        }),
        1 => bytes().prop_map(Act::Raw),
        1 => any::<u64>().prop_map(|nanos| Act::Wait(Duration::from_nanos(nanos))),
        1 => Just(Act::EndBody),
        1 => prop_oneof![Just(Act::Close), Just(Act::Reset), Just(Act::Hold), Just(Act::Refuse), Just(Act::Blackhole), Just(Act::Wait(Duration::MAX))],
    ]
}

proptest! {
    #![proptest_config(crate::chance::tries(96))]

    #[test]
    fn any_timeline_is_spoiled_or_refused(
        acts in proptest::collection::vec(act(), 0..12),
        body in select(BODIES.to_vec()),
        attempt in any::<u32>(),
        unix_seconds in any::<u64>(),
    ) {
        let request = RequestBytes { body: Bytes::from_static(body), ..RequestBytes::default() };
        for dialect in crate::healthy::DIALECTS {
            for fault in all() {
                let sized = fault.params().iter().any(|param| param.name == "bytes");
                let args = if sized { Args::none().with("bytes", 100) } else { Args::none() };
                let cx = Context { attempt, unix_seconds, ..Context::new(dialect, &request, &args, "m") };
                let spoiled = dosed(*fault, &Dose::ALWAYS, &cx, Timeline { acts: acts.clone() });
                let wire = spoiled.map(|timeline| render(&timeline)).unwrap_or_default();
                for (place, act) in wire.iter().enumerate() {
                    let goes_on = matches!(act, WireAct::Write(_) | WireAct::Wait(_));
                    prop_assert!(goes_on || place + 1 == wire.len(), "{} acts behind an end", fault.name());
                    prop_assert!(*act != WireAct::Write(Bytes::new()) && *act != WireAct::Wait(Duration::ZERO));
                }
            }
        }
    }
}
