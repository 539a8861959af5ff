//! Streams of lines and streams in one array: cut anywhere, they are the same.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use provoke::moment::Moment;
use provoke::wire::{FindingCode, Item, StreamFraming, Witness, json_array, ndjson};
use serde_json::{Value, json};

const BOTH: [StreamFraming; 2] = [StreamFraming::Ndjson, StreamFraming::JsonArray];

fn read<'a>(framing: StreamFraming, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Item> {
    let mut witness = Witness::new(framing);
    let mut items = Vec::new();
    for piece in pieces {
        items.extend(witness.push(piece, Moment::ZERO));
    }
    items.extend(witness.finish(Moment::ZERO));
    items
}

fn data(items: &[Item]) -> Vec<Value> {
    let records = items.iter().map(|item| match item {
        Item::Record(record) => serde_json::from_str(&record.data).unwrap(),
        other => panic!("no record: {other:?}"),
    });
    records.collect()
}

fn codes(items: &[Item]) -> Vec<FindingCode> {
    let findings = items.iter().filter_map(|item| match item {
        Item::Finding(finding) => Some(finding.code),
        _ => None,
    });
    findings.collect()
}

fn object() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z{}\\[\\]\",\\\\\n ä☕]{0,8}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z\"{]{0,4}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    });
    ("[a-z]{1,3}", tree).prop_map(|(key, inner)| json!({ key: inner }))
}

/// Bytes of which many mean something to the readers.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => prop::sample::select(b"[]{}\",\\\n\r :1a".to_vec()), 1 => any::<u8>()];
    prop::collection::vec(byte, 0..160)
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn lines_are_what_serde_reads(values in prop::collection::vec(object(), 0..6), crlf: bool, last: bool) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text: String = values.iter().map(|value| format!("{value}{end}")).collect();
        if last {
            text.truncate(text.trim_end().len());
        }
        let stream = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        let wanted: Vec<Value> = stream.map(Result::unwrap).collect();
        let items = read(StreamFraming::Ndjson, [text.as_bytes()]);
        prop_assert_eq!(data(&items), wanted);
    }

    #[test]
    fn elements_are_what_serde_reads(values in prop::collection::vec(object(), 0..6), pretty: bool) {
        let array = Value::from(values.clone());
        let text = if pretty { format!("{array:#}\r\n") } else { array.to_string() };
        let items = read(StreamFraming::JsonArray, [text.as_bytes()]);
        prop_assert_eq!(data(&items), values);
    }

    #[test]
    fn the_cuts_change_nothing(bytes in noise(), sizes in prop::collection::vec(1_usize..7, 0..64)) {
        for framing in BOTH {
            let mut rest = &bytes[..];
            let mut pieces = Vec::new();
            for size in &sizes {
                let (piece, behind) = rest.split_at((*size).min(rest.len()));
                pieces.push(piece);
                rest = behind;
            }
            pieces.push(rest);
            prop_assert_eq!(read(framing, pieces), read(framing, [&bytes[..]]));
            prop_assert_eq!(read(framing, bytes.chunks(1)), read(framing, [&bytes[..]]));
        }
    }

    #[test]
    fn every_record_is_the_bytes_of_its_range(bytes in noise()) {
        for framing in BOTH {
            let mut end = 0;
            for item in read(framing, [&bytes[..]]) {
                if let Item::Record(record) | Item::Unfinished(record) = item {
                    let range = record.range.clone();
                    prop_assert!(end <= range.start && range.start < range.end, "{:?}", range);
                    end = range.end;
                    let place = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
                    let text = String::from_utf8_lossy(&bytes[place]).into_owned();
                    prop_assert_eq!(record.data.trim(), text.trim());
                }
            }
        }
    }

    #[test]
    fn an_array_cut_anywhere_gives_its_whole_elements_and_the_rest_as_unfinished(
        values in prop::collection::vec(object(), 1..4), at in any::<prop::sample::Index>(),
    ) {
        let text = Value::from(values.clone()).to_string();
        let cut = at.index(text.len());
        let items = read(StreamFraming::JsonArray, [&text.as_bytes()[..cut]]);
        let whole = items.iter().filter(|item| matches!(item, Item::Record(_))).count();
        let unfinished = items.iter().filter(|item| matches!(item, Item::Unfinished(_))).count();
        prop_assert_eq!(whole + unfinished, items.len());
        prop_assert!(unfinished <= 1 && whole <= values.len());
        prop_assert_eq!(data(&items[..whole]), &values[..whole]);
    }
}

#[test]
fn a_last_line_needs_no_end_if_it_is_whole() {
    let items = read(StreamFraming::Ndjson, [&b"{\"a\":1}\n\n  \n{\"a\":2}"[..]]);
    assert_eq!(data(&items), [json!({ "a": 1 }), json!({ "a": 2 })]);
    let items = read(StreamFraming::Ndjson, [&b"{\"a\":1}\n{\"a\":"[..]]);
    assert!(matches!(&items[..], [Item::Record(_), Item::Unfinished(cut)] if cut.data == "{\"a\":"));
}

#[test]
fn what_is_no_element_is_told_once() {
    let items = read(StreamFraming::JsonArray, [&b"xy[{\"a\":1} z {\"a\":2}] !"[..]]);
    assert_eq!(codes(&items), [FindingCode::ArrayStray]);
    assert_eq!(items.len(), 3);
}

#[test]
fn a_line_that_is_not_utf8_is_read_and_told() {
    let items = read(StreamFraming::Ndjson, [&b"{\"a\":\"\xff\"}\n"[..]]);
    assert_eq!(codes(&items), [FindingCode::InvalidUtf8]);
    assert!(matches!(&items[1], Item::Record(record) if record.data == "{\"a\":\"\u{fffd}\"}"));
}

#[test]
fn what_is_too_long_is_dropped_with_a_finding_and_reading_goes_on() {
    let long = vec![b'x'; ndjson::MAX_LINE + 1];
    let items = read(StreamFraming::Ndjson, [&long[..], b"\n{\"a\":1}\n"]);
    assert_eq!(codes(&items), [FindingCode::OversizedLine]);
    assert!(matches!(&items[1], Item::Record(record) if record.data == "{\"a\":1}"));

    let long = vec![b'x'; json_array::MAX_ELEMENT];
    let items = read(StreamFraming::JsonArray, [b"[{\"a\":\"", &long[..], b"\"},{\"a\":1}]"]);
    assert_eq!(codes(&items), [FindingCode::OversizedLine]);
    assert!(matches!(&items[1], Item::Record(record) if record.data == "{\"a\":1}"));
}
