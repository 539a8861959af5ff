//! The two readers of event streams, against cases, against each other and against a third.

use std::ops::Range;

use base64::Engine as _;
use proptest::prelude::*;
use provoke::moment::Moment;
use provoke::wire::sse::{Lexer, Limits, Line, LineKind, Part, ReadError, Reader, TooLong, lines};
use provoke::wire::{FindingCode, Item, MAX_FINDINGS_PER_CODE, Record};
use serde_json::Value;

use crate::case_file::{cases, cut_at, cuts, shared};

/// What every reader of event streams must agree about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    /// Event, data, id.
    events: Vec<(String, String, String)>,
    last_event_id: String,
    retry: Option<u64>,
}

fn witness(pieces: &[&[u8]]) -> (Vec<Item>, Lexer) {
    let mut lexer = Lexer::new();
    let mut items = Vec::new();
    let mut came = 0;
    for piece in pieces {
        came += piece.len() as u64;
        items.extend(lexer.push(piece, Moment::from_nanos(came)));
    }
    items.extend(lexer.finish(Moment::from_nanos(came)));
    (items, lexer)
}

fn by_lexer(pieces: &[&[u8]]) -> Reading {
    let (items, lexer) = witness(pieces);
    let events = events(&items).map(|event| {
        let event = event.clone();
        (event.event, event.data, event.last_event_id)
    });
    Reading {
        events: events.collect(),
        last_event_id: lexer.last_event_id().to_owned(),
        retry: lexer.retry(),
    }
}

fn by_reader(pieces: &[&[u8]]) -> Reading {
    let mut reader = Reader::new();
    let mut events = Vec::new();
    for piece in pieces {
        events.extend(reader.push(piece).expect("within the limits"));
    }
    events.extend(reader.finish().expect("within the limits"));
    Reading {
        events: events.into_iter().map(|event| (event.event, event.data, event.id)).collect(),
        last_event_id: reader.last_event_id().to_owned(),
        retry: reader.retry(),
    }
}

fn by_third(pieces: &[&[u8]]) -> Reading {
    let mut parser = sse_parse::SseParser::new();
    pieces.iter().for_each(|piece| parser.feed(piece));
    parser.finish();
    let events = std::iter::from_fn(|| parser.next_event());
    let events = events.map(|event| (event.event, event.data, event.id)).collect();
    let retry = parser.retry().map(|retry| u64::try_from(retry.as_millis()).expect("parsed from a u64"));
    Reading { events, last_event_id: parser.last_event_id().to_owned(), retry }
}

fn events(items: &[Item]) -> impl Iterator<Item = &Record> {
    items.iter().filter_map(|item| match item {
        Item::Record(event) => Some(event),
        _ => None,
    })
}

/// An item as the case files write it; moments are left out, as they hang on the cut.
fn shown(item: &Item) -> String {
    let event = |word: &str, event: &Record| {
        let Record { range, data, last_event_id, .. } = event;
        let id = if last_event_id.is_empty() { String::new() } else { format!(" id {last_event_id:?}") };
        let name = if event.named { format!("named {}", event.event) } else { event.event.clone() };
        format!("{word} {range:?} {name} {data:?}{id}")
    };
    match item {
        Item::Record(it) => event("event", it),
        Item::Unfinished(it) => event("unfinished", it),
        Item::Comment { text, range, .. } => format!("comment {range:?} {text:?}"),
        Item::Finding(finding) => format!("{} at {}: {}", finding.code.id(), finding.offset, finding.message),
    }
}

#[test]
fn every_case_reads_as_written_at_every_cut() {
    for case in cases("sse") {
        for pieces in cuts(&case.input) {
            let (items, lexer) = witness(&pieces);
            let mut told: Vec<String> = items.iter().map(shown).collect();
            if !lexer.last_event_id().is_empty() {
                told.push(format!("last id {:?}", lexer.last_event_id()));
            }
            told.extend(lexer.retry().map(|retry| format!("retry {retry}")));
            assert_eq!(told, case.want, "{}: {:?} bytes a piece", case.name, sizes(&pieces));
            let reading = by_lexer(&pieces);
            assert_eq!(by_reader(&pieces), reading, "{}: {:?}", case.name, sizes(&pieces));
            assert_eq!(by_third(&pieces), reading, "{}: {:?}", case.name, sizes(&pieces));
        }
    }
}

#[test]
fn the_shared_cases_read_rightly_at_every_cut() {
    let Some(text) = shared("the_shared_cases_read_rightly_at_every_cut", "data/sse-cases.json") else {
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("a list of cases");
    assert_eq!(cases.len(), 39);
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        let body = case["body_b64"].as_str().expect("a body");
        let body = base64::engine::general_purpose::STANDARD.decode(body).expect("base64");
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let event = |event: &Value| (text(&event["event"]), text(&event["data"]), text(&event["id"]));
        let want = Reading {
            events: case["events"].as_array().expect("events").iter().map(event).collect(),
            last_event_id: text(&case["last_event_id"]),
            retry: case["retry"].as_u64(),
        };
        for pieces in cuts(&body) {
            assert_eq!(by_lexer(&pieces), want, "lexer: {name}: {:?}", sizes(&pieces));
            assert_eq!(by_reader(&pieces), want, "reader: {name}: {:?}", sizes(&pieces));
        }
    }
}

fn sizes(pieces: &[&[u8]]) -> Vec<usize> {
    pieces.iter().map(|piece| piece.len()).collect()
}

#[test]
fn a_cr_dispatches_without_waiting_for_another_byte() {
    let mut lexer = Lexer::new();
    let items = lexer.push(b"data: a\r\r", Moment::from_millis(3));
    let told: Vec<_> = events(&items).map(|event| (event.data.as_str(), event.at)).collect();
    assert_eq!(told, [("a", Moment::from_millis(3))]);
    assert_eq!(lexer.push(b"\n", Moment::from_millis(9)), []);
    let mut reader = Reader::new();
    assert_eq!(reader.push(b"data: a\r\r").expect("read").len(), 1);
}

#[test]
fn what_is_over_the_limits_is_dropped_by_one_and_refused_by_the_other() {
    // This is the one difference between the two readers. The witness must go on, as the rest
    // is evidence too; a client must not act on an event of which a part is missing.
    let limits = Limits { max_line: 12, max_event: 8 };
    let body = b"data: 1\n\ndata: 123456789\n\ndata: 1234\ndata: 12345\ndata: 6\n\ndata: 2\n\n";
    for pieces in cuts(body) {
        let mut lexer = Lexer::with_limits(limits);
        let mut items: Vec<Item> = pieces.iter().flat_map(|piece| lexer.push(piece, Moment::ZERO)).collect();
        items.extend(lexer.finish(Moment::ZERO));
        let told: Vec<String> = items.iter().map(shown).collect();
        let want = [
            "event 0..9 message \"1\"",
            "sse.oversized_line at 9: a line of more than 12 bytes was dropped",
            "sse.oversized_line at 37: a line was dropped as its event has more than 8 bytes",
            "event 26..58 message \"1234\\n6\"",
            "event 58..67 message \"2\"",
        ];
        assert_eq!(told, want, "{:?}", sizes(&pieces));

        let mut reader = Reader::with_limits(limits);
        let mut events = Vec::new();
        let mut error = None;
        for piece in &pieces {
            match reader.push(piece) {
                Ok(more) => events.extend(more),
                Err(why) => error = Some(why),
            }
        }
        assert_eq!(events.len(), 1, "{:?}", sizes(&pieces));
        let why = ReadError::TooLong(TooLong { part: Part::Line, limit: 12, offset: 9 });
        assert_eq!(reader.finish(), Err(why.clone()));
        assert!(error.is_none_or(|error| error == why));
    }
}

#[test]
fn a_long_line_costs_the_same_however_it_is_cut() {
    let mut body = b"data: ".to_vec();
    body.resize(1 << 20, b'x');
    body.extend_from_slice(b"\n\n");
    let work = |piece: usize| {
        let mut lexer = Lexer::new();
        let items: Vec<Item> = body.chunks(piece).flat_map(|piece| lexer.push(piece, Moment::ZERO)).collect();
        assert_eq!(items.len(), 1);
        lexer.work()
    };
    assert_eq!(work(body.len()), body.len() as u64);
    assert!(work(1024) <= 3 * work(body.len()));
}

#[test]
fn a_flood_of_findings_is_counted_and_other_codes_still_speak() {
    let mut lexer = Lexer::new();
    let mut items = lexer.push(&b"heartbeat: 1\n".repeat(1000), Moment::ZERO);
    items.extend(lexer.push(b"id: \0\n\n", Moment::ZERO));
    let count = |code| {
        items.iter().filter(|item| matches!(item, Item::Finding(finding) if finding.code == code)).count()
    };
    assert_eq!(count(FindingCode::UnknownField), MAX_FINDINGS_PER_CODE as usize);
    assert_eq!(count(FindingCode::IdNul), 1);
    assert_eq!(lexer.findings_dropped(), 1000 - u64::from(MAX_FINDINGS_PER_CODE));
}

#[test]
fn finding_ids_are_the_published_ones() {
    let ids: Vec<&str> = FindingCode::ALL.iter().map(|code| code.id()).collect();
    let published = [
        "sse.bom",
        "sse.cr_newline",
        "sse.invalid_utf8",
        "sse.no_final_blank_line",
        "sse.retry_invalid",
        "sse.unknown_field",
        "sse.id_nul",
        "sse.oversized_line",
        "sse.data_after_done",
        "event_stream.checksum",
        "event_stream.malformed",
        "event_stream.cut",
        "json_array.stray",
    ];
    assert_eq!(ids, published);
}

#[test]
fn a_resumed_reader_keeps_its_place() {
    let mut reader = Reader::resume("42");
    let first = reader.push(b"data: a\n\nid: 43\ndata: b\n\n").expect("read");
    let ids: Vec<&str> = first.iter().map(|event| event.id.as_str()).collect();
    assert_eq!((ids, reader.last_event_id()), (vec!["42", "43"], "43"));
    fn is_send<T: Send>(_: &T) {}
    is_send(&reader);
}

/// Bodies made of what matters to a parser, so that random ones hit it.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => Just(b"data".to_vec()),
        2 => Just(b"event".to_vec()),
        2 => Just(b"id".to_vec()),
        2 => Just(b"retry".to_vec()),
        4 => Just(b":".to_vec()),
        4 => Just(b": ".to_vec()),
        5 => Just(b"\n".to_vec()),
        3 => Just(b"\n\n".to_vec()),
        3 => Just(b"\r\n".to_vec()),
        3 => Just(b"\r".to_vec()),
        1 => Just(b"\r\n\r\n".to_vec()),
        1 => Just(b"data: [DONE]\n\n".to_vec()),
        1 => Just(b"\0".to_vec()),
        1 => Just(b"\xEF\xBB\xBF".to_vec()),
        1 => Just("é".as_bytes().to_vec()),
        1 => Just("日".as_bytes()[..2].to_vec()),
        2 => "[0-9]{1,3}".prop_map(String::into_bytes),
        2 => "[a-z ]{0,6}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

/// A body and the places where it is cut.
fn cut_body() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    body().prop_flat_map(|body| {
        let places = prop::collection::vec(0..=body.len(), 0..6);
        (Just(body), places)
    })
}

/// The range of a line as items tell it: the LF of a CRLF is not in it.
fn told(line: &Line, body: &[u8]) -> Range<u64> {
    let end = usize::try_from(line.range.end).expect("in memory");
    let crlf = body[..end].ends_with(b"\r\n");
    line.range.start..line.range.end - u64::from(crlf)
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    /// The three differ in nothing that WHATWG defines. Outside of it: `sse-parse` and the crate
    /// behind the reader keep a retry per event (ours is per stream), and limits (see above).
    #[test]
    fn three_readers_agree((body, places) in cut_body()) {
        let pieces = cut_at(&body, &places);
        let reading = by_lexer(&pieces);
        prop_assert_eq!(&by_lexer(&[&body]), &reading);
        prop_assert_eq!(&by_reader(&pieces), &reading);
        prop_assert_eq!(&by_third(&pieces), &reading);
    }

    /// Up to the first thing over a limit the two agree, and they agree about what that is.
    #[test]
    fn both_readers_see_the_same_limits((body, places) in cut_body(), max_line in 4usize..20, max_event in 1usize..20) {
        let body = [&body[..], b"\n"].concat();
        let limits = Limits { max_line, max_event };
        let mut lexer = Lexer::with_limits(limits);
        let items = lexer.push(&body, Moment::ZERO);
        let first = items.iter().position(|item| {
            matches!(item, Item::Finding(finding) if finding.code == FindingCode::OversizedLine)
        });
        let before: Vec<&str> =
            events(&items[..first.unwrap_or(items.len())]).map(|event| event.data.as_str()).collect();

        let mut reader = Reader::with_limits(limits);
        let read = cut_at(&body, &places).into_iter().filter_map(|piece| reader.push(piece).ok()).flatten();
        let read: Vec<String> = read.map(|event| event.data).collect();
        prop_assert_eq!(read, before);
        let offset = first.map(|place| match &items[place] {
            Item::Finding(finding) => finding.offset,
            _ => unreachable!("it was found as a finding"),
        });
        let refused = match reader.finish() {
            Err(ReadError::TooLong(why)) => Some(why.offset),
            _ => None,
        };
        prop_assert_eq!(refused, offset);
    }

    #[test]
    fn cutting_changes_nothing_but_moments((body, places) in cut_body()) {
        let whole: Vec<String> = witness(&[&body]).0.iter().map(shown).collect();
        let cut: Vec<String> = witness(&cut_at(&body, &places)).0.iter().map(shown).collect();
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn no_byte_is_lost(body in body()) {
        let lines: Vec<Line> = lines(&body).collect();
        let mut place = 0;
        for line in &lines {
            prop_assert_eq!(line.range.start, place);
            prop_assert!(line.range.end > place);
            place = line.range.end;
        }
        prop_assert_eq!(place, body.len() as u64);

        let (items, _) = witness(&body.chunks(1).collect::<Vec<_>>());
        let comments: Vec<Range<u64>> = items.iter().filter_map(|item| match item {
            Item::Comment { range, .. } => Some(range.clone()),
            _ => None,
        }).collect();
        let of_kind = |kind| lines.iter().filter(move |line| line.kind == kind);
        let comment_lines: Vec<_> = of_kind(LineKind::Comment).map(|line| told(line, &body)).collect();
        prop_assert_eq!(comments, comment_lines);

        let mut free = 0;
        for event in events(&items) {
            prop_assert!(event.range.start >= free, "events overlap");
            free = event.range.end;
            prop_assert_eq!(event.at.nanos(), event.range.end, "the last byte dispatches");
            let inside = |line: &&Line| line.range.start >= event.range.start && line.range.start < event.range.end;
            let block: Vec<&Line> = lines.iter().filter(inside).collect();
            prop_assert_eq!(block.first().map(|line| line.range.start), Some(event.range.start));
            prop_assert_eq!(block.last().map(|line| told(line, &body).end), Some(event.range.end));
            let (last, rest) = block.split_last().expect("a block has lines");
            prop_assert_eq!(last.kind, LineKind::Blank);
            prop_assert!(rest.iter().all(|line| line.kind != LineKind::Blank));
            prop_assert_eq!(event.named, rest.iter().any(|line| line.kind == LineKind::Event));
            let data = rest.iter().filter(|line| line.kind == LineKind::Data).count();
            prop_assert_eq!(event.data.matches('\n').count() + 1, data);
        }
        // Every block with data is an event, or the unfinished rest.
        let data_lines = of_kind(LineKind::Data).filter(|line| line.ended);
        for line in data_lines {
            let covered = items.iter().any(|item| match item {
                Item::Record(event) | Item::Unfinished(event) => event.range.contains(&line.range.start),
                _ => false,
            });
            prop_assert!(covered, "a data line is in no event");
        }
    }

    #[test]
    fn any_bytes_are_read(body in prop::collection::vec(any::<u8>(), 0..400), piece in 1usize..50) {
        let pieces: Vec<&[u8]> = body.chunks(piece).collect();
        prop_assert_eq!(by_lexer(&pieces), by_reader(&pieces));
    }
}
