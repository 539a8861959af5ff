//! The HTTP/1 readers against written, edited and random bytes, cut anywhere.

use bytes::Bytes;
use proptest::prelude::*;
use provoke::wire::http::{BodyLength, HttpEvent, encode_chunk, encode_head, last_chunk};

use super::{read_requests, read_response};
use crate::case_file::cut_at;

/// A head that `encode_head` need not change.
pub(super) fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    let value = "[!-~\u{80}-\u{ff}]([ -~\u{80}-\u{ff}]{0,12}[!-~\u{80}-\u{ff}])?";
    prop::collection::vec(("x-[a-z0-9]{1,8}", value), 0..6)
}

pub(super) fn payload() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..5)
}

pub(super) fn length() -> impl Strategy<Value = u8> {
    0u8..3
}

/// One answer as the player on a raw socket writes it.
pub(super) fn written(status: u16, headers: &[(String, String)], pieces: &[Vec<u8>], how: u8) -> Vec<u8> {
    let body = pieces.concat();
    let length = match how {
        0 => BodyLength::Chunked,
        1 => BodyLength::Exact(body.len() as u64),
        _ => BodyLength::UntilClose,
    };
    let mut bytes = encode_head(status, headers, length);
    if how == 0 {
        pieces.iter().for_each(|piece| bytes.extend(encode_chunk(piece)));
        bytes.extend_from_slice(last_chunk());
    } else {
        bytes.extend_from_slice(&body);
    }
    bytes
}

/// One edit of a message: a byte put, cut or changed somewhere.
pub(super) fn edits() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    let byte = prop_oneof![any::<u8>(), prop::sample::select(&b"\r\n\0 :;,0f"[..])];
    prop::collection::vec((0usize..400, byte, 0u8..3), 0..4)
}

pub(super) fn edited(mut bytes: Vec<u8>, edits: &[(usize, u8, u8)]) -> Vec<u8> {
    for (place, byte, kind) in edits {
        let place = place % (bytes.len() + 1);
        match kind {
            0 => bytes.insert(place, *byte),
            1 if place < bytes.len() => _ = bytes.remove(place),
            2 if place < bytes.len() => bytes[place] = *byte,
            _ => {}
        }
    }
    bytes
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn what_is_written_is_read(
        status in prop::sample::select(&[200u16, 201, 400, 404, 429, 500, 503, 529, 599][..]),
        headers in fields(),
        pieces in payload(),
        how in length(),
        places in prop::collection::vec(0usize..300, 0..6),
    ) {
        let bytes = written(status, &headers, &pieces, how);
        let places: Vec<usize> = places.iter().map(|place| (*place).min(bytes.len())).collect();
        let events = read_response("GET", &cut_at(&bytes, &places), true);
        let Some(HttpEvent::Head(head)) = events.first() else { panic!("{events:?}") };
        prop_assert_eq!(head.status, status);
        prop_assert_eq!(&head.headers[..headers.len()], &headers[..]);
        prop_assert_eq!(events.last(), Some(&HttpEvent::End { complete: true }));
        let body = events.iter().find_map(|event| match event {
            HttpEvent::Body(body) => Some(body.clone()),
            _ => None,
        });
        prop_assert_eq!(body.unwrap_or_default(), Bytes::from(pieces.concat()));
    }

    #[test]
    fn an_edited_answer_reads_the_same_however_it_is_cut(
        headers in fields(),
        pieces in payload(),
        how in length(),
        edits in edits(),
        places in prop::collection::vec(0usize..300, 0..6),
        method in prop::sample::select(&["GET", "HEAD"][..]),
    ) {
        let bytes = edited(written(200, &headers, &pieces, how), &edits);
        let places: Vec<usize> = places.iter().map(|place| (*place).min(bytes.len())).collect();
        let whole = read_response(method, &[&bytes], true);
        prop_assert_eq!(&read_response(method, &cut_at(&bytes, &places), true), &whole);
        prop_assert_eq!(&read_response(method, &bytes.chunks(1).collect::<Vec<_>>(), true), &whole);
        for event in &whole {
            if let HttpEvent::Malformed { offset, .. } | HttpEvent::Surplus { offset } = event {
                prop_assert!(*offset < bytes.len() as u64, "no such byte");
            }
        }
    }

    #[test]
    fn edited_requests_read_the_same_however_they_are_cut(
        bodies in payload(),
        chunked in any::<bool>(),
        edits in edits(),
        places in prop::collection::vec(0usize..300, 0..6),
    ) {
        let mut bytes = Vec::new();
        for body in &bodies {
            if chunked {
                bytes.extend_from_slice(b"POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n");
                bytes.extend(encode_chunk(body));
                bytes.extend_from_slice(last_chunk());
            } else {
                bytes.extend(format!("POST /a HTTP/1.1\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes());
                bytes.extend_from_slice(body);
            }
        }
        if edits.is_empty() {
            prop_assert_eq!(read_requests(&[&bytes]).len(), bodies.len());
        }
        let bytes = edited(bytes, &edits);
        let places: Vec<usize> = places.iter().map(|place| (*place).min(bytes.len())).collect();
        let whole = read_requests(&[&bytes]);
        prop_assert_eq!(read_requests(&cut_at(&bytes, &places)), whole);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let events = read_response("GET", &[&bytes], true);
        prop_assert!(events.len() <= 4);
        prop_assert!(read_requests(&[&bytes]).len() <= 1 + bytes.len() / 16);
    }
}
