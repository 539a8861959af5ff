//! Amazon's binary event streams: frames there and back, however they are cut, and what damage does.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::collection::vec;
use proptest::prelude::*;
use provoke::moment::Moment;
use provoke::wire::event_stream::{Frame, FrameError, Header, MAX_FRAME, MAX_HEADERS, Reader, begins};
use provoke::wire::{Finding, FindingCode, Item, UNNAMED};

const AT: Moment = Moment::ZERO;

fn header() -> impl Strategy<Value = Header> {
    prop_oneof![
        any::<bool>().prop_map(Header::Bool),
        any::<i8>().prop_map(Header::Byte),
        any::<i16>().prop_map(Header::Short),
        any::<i32>().prop_map(Header::Int),
        any::<i64>().prop_map(Header::Long),
        vec(any::<u8>(), 0..20).prop_map(Header::Bytes),
        ".{0,12}".prop_map(Header::Text),
        any::<i64>().prop_map(Header::Timestamp),
        any::<[u8; 16]>().prop_map(Header::Uuid),
    ]
}

fn any_frame() -> impl Strategy<Value = Frame> {
    let headers = vec((".{0,8}", header()), 0..5);
    (headers, vec(any::<u8>(), 0..60)).prop_map(|(headers, payload)| Frame { headers, payload })
}

/// A frame as Bedrock sends it.
fn event() -> impl Strategy<Value = Frame> {
    ("[a-zA-Z]{1,12}", "[a-zä☕{}\":]{0,40}", any::<bool>()).prop_map(|(name, payload, is_event)| {
        let payload = payload.into_bytes();
        if is_event { Frame::event(&name, payload) } else { Frame::exception(&name, payload) }
    })
}

fn bytes_of(frames: &[Frame]) -> Vec<u8> {
    frames.iter().flat_map(Frame::encode).collect()
}

/// All items of a body that comes in these pieces.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Item> {
    let mut reader = Reader::default();
    let mut items: Vec<Item> = pieces.into_iter().flat_map(|piece| reader.push(piece, AT)).collect();
    items.extend(reader.finish(AT));
    items
}

fn findings(items: &[Item]) -> Vec<&Finding> {
    let found = items.iter().filter_map(|item| match item {
        Item::Finding(finding) => Some(finding),
        _ => None,
    });
    found.collect()
}

fn records(items: &[Item]) -> usize {
    items.iter().filter(|item| matches!(item, Item::Record(_))).count()
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn a_frame_comes_back(frame in any_frame()) {
        let bytes = frame.encode();
        prop_assert!(begins(&bytes));
        prop_assert_eq!(Frame::decode(&bytes).unwrap(), frame);
    }

    #[test]
    fn frames_become_records_in_order(frames in vec(event(), 0..6)) {
        let body = bytes_of(&frames);
        let items = read([&body[..]]);
        prop_assert_eq!(items.len(), frames.len());
        let mut from = 0;
        for (item, frame) in items.iter().zip(&frames) {
            let Item::Record(record) = item else { panic!("{item:?}") };
            let name = frame.text(":event-type").or_else(|| frame.text(":exception-type")).unwrap();
            prop_assert_eq!((record.event.as_str(), record.named), (name, true));
            prop_assert_eq!(record.data.as_bytes(), &frame.payload[..]);
            prop_assert_eq!(record.range.start, from);
            from = record.range.end;
        }
        prop_assert_eq!(from, body.len() as u64);
    }

    #[test]
    fn how_it_is_cut_changes_nothing(frames in vec(event(), 1..5), cuts in vec(any::<prop::sample::Index>(), 0..6), end in any::<prop::sample::Index>()) {
        let mut body = bytes_of(&frames);
        body.truncate(body.len() - end.index(20));
        let whole = read([&body[..]]);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        places.extend([0, body.len()]);
        places.sort_unstable();
        prop_assert_eq!(&read(places.windows(2).map(|pair| &body[pair[0]..pair[1]])), &whole);
        prop_assert_eq!(&read(body.chunks(1)), &whole);
    }

    #[test]
    fn a_cut_end_is_told_and_nothing_before_it_is_lost(frames in vec(event(), 1..4), cut in any::<prop::sample::Index>()) {
        let body = bytes_of(&frames);
        let last = frames.last().unwrap().encode().len();
        let gone = 1 + cut.index(last - 1);
        let items = read([&body[..body.len() - gone]]);
        prop_assert_eq!(records(&items), frames.len() - 1);
        let [.., Item::Finding(finding), Item::Unfinished(rest)] = &items[..] else { panic!("{items:?}") };
        prop_assert_eq!(finding.code, FindingCode::FrameCut);
        prop_assert_eq!(finding.offset, (body.len() - last) as u64);
        prop_assert_eq!(&rest.range, &((body.len() - last) as u64..(body.len() - gone) as u64));
    }

    #[test]
    fn a_flipped_bit_is_found_where_it_is(frames in vec(event(), 1..4), bit in any::<prop::sample::Index>()) {
        let mut body = bytes_of(&frames);
        let bit = bit.index(body.len() * 8);
        body[bit / 8] ^= 1 << (bit % 8);
        let items = read([&body[..]]);
        let found = findings(&items);
        prop_assert_eq!(found.len(), 1, "{:?}", items);
        prop_assert_eq!(found[0].code, FindingCode::FrameChecksum);
        let mut from = 0;
        let lengths = frames.iter().map(|frame| frame.encode().len());
        let hit = lengths.take_while(|length| { from += length; from <= bit / 8 }).count();
        prop_assert_eq!(records(&items), hit, "what stands before the damage is read, and nothing behind it");
        let before: usize = frames[..hit].iter().map(|frame| frame.encode().len()).sum();
        prop_assert_eq!(found[0].offset, before as u64);
        prop_assert_eq!(&read(body.chunks(1)), &items);
    }

    #[test]
    fn random_bytes_are_no_frame_and_break_nothing(body in vec(any::<u8>(), 0..200)) {
        let _ = Frame::decode(&body);
        let items = read([&body[..]]);
        prop_assert_eq!(records(&items), 0);
        prop_assert_eq!(findings(&items).len(), usize::from(!body.is_empty()));
        prop_assert_eq!(read(body.chunks(1)), items);
    }

    #[test]
    fn headers_that_lie_are_found(headers in vec(any::<u8>(), 0..40)) {
        let bytes = framed(&headers, b"{}");
        let items = read([&bytes[..]]);
        match Frame::decode(&bytes) {
            Ok(frame) => {
                prop_assert_eq!(records(&items), 1);
                let again = Frame::decode(&frame.encode()).unwrap();
                prop_assert_eq!(again.headers.len(), frame.headers.len());
            }
            Err(error) => {
                prop_assert!(matches!(error, FrameError::Header(_)), "{error}");
                prop_assert_eq!(findings(&items)[0].code, FindingCode::FrameMalformed);
            }
        }
    }
}

/// A frame with whatever bytes in the place of its headers, and true checksums.
fn framed(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = prelude(16 + headers.len() + payload.len(), headers.len());
    bytes.extend_from_slice(headers);
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

/// The first twelve bytes of a frame of these lengths.
fn prelude(length: usize, headers: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
    bytes.extend_from_slice(&u32::try_from(headers).unwrap().to_be_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

#[test]
fn lengths_beyond_the_bounds_are_refused_before_anything_is_kept() {
    let beyond = [
        (MAX_FRAME + 1, 0),
        (1 << 20, MAX_HEADERS + 1),
        (u32::MAX as usize, u32::MAX as usize),
        // Headers that are longer than their frame.
        (40, 25),
        (15, 0),
        (0, 0),
    ];
    for (length, headers) in beyond {
        let items = read([&prelude(length, headers)[..]]);
        let [Item::Finding(finding)] = &items[..] else { panic!("{length} {headers}: {items:?}") };
        assert_eq!(finding.code, FindingCode::FrameMalformed, "{length} {headers}");
    }
    for (length, headers) in [(MAX_FRAME, MAX_HEADERS), (16, 0), (40, 24)] {
        let mut reader = Reader::default();
        let items = reader.push(&prelude(length, headers), AT);
        assert_eq!(items, [], "{length} {headers} may come");
    }
}

#[test]
fn the_longest_frame_is_read_and_no_longer_one() {
    let frame = Frame { headers: Vec::new(), payload: vec![b'x'; MAX_FRAME - 16] };
    let bytes = frame.encode();
    assert_eq!(bytes.len(), MAX_FRAME);
    assert_eq!(records(&read(bytes.chunks(1 << 20))), 1);
    let longer = Frame { headers: Vec::new(), payload: vec![b'x'; MAX_FRAME - 15] };
    assert!(matches!(Frame::decode(&longer.encode()), Err(FrameError::Lengths { .. })));
}

#[test]
fn an_error_without_a_shape_speaks_by_its_headers() {
    let text = |name: &str, value: &str| (name.to_owned(), Header::Text(value.to_owned()));
    let headers = vec![
        text(":message-type", "error"),
        text(":error-code", "InternalError"),
        text(":error-message", "it broke"),
    ];
    let bytes = Frame { headers, payload: Vec::new() }.encode();
    let items = read([&bytes[..]]);
    let [Item::Record(record)] = &items[..] else { panic!("{items:?}") };
    assert_eq!((record.event.as_str(), record.data.as_str()), ("InternalError", r#"{"message":"it broke"}"#));
}

#[test]
fn a_frame_without_a_name_and_one_that_is_no_text_are_records_too() {
    let bytes = Frame { headers: Vec::new(), payload: vec![0xff] }.encode();
    let items = read([&bytes[..]]);
    let [Item::Finding(finding), Item::Record(record)] = &items[..] else { panic!("{items:?}") };
    assert_eq!(finding.code, FindingCode::InvalidUtf8);
    assert_eq!((record.event.as_str(), record.named, record.data.as_str()), (UNNAMED, false, "\u{fffd}"));
}

/// The example of a frame without headers and with the payload `{'foo':'bar'}`, as Amazon's SDKs test theirs:
/// its length and its two checksums are known from outside.
#[test]
fn a_frame_of_known_bytes_is_written_and_read() {
    let frame = Frame { headers: Vec::new(), payload: b"{'foo':'bar'}".to_vec() };
    let bytes = frame.encode();
    assert_eq!(bytes[..12], [0, 0, 0, 0x1d, 0, 0, 0, 0, 0xfd, 0x52, 0x8c, 0x5a]);
    assert_eq!(bytes[bytes.len() - 4..], [0xc3, 0x65, 0x39, 0x36]);
    assert_eq!(Frame::decode(&bytes).unwrap(), frame);
}
