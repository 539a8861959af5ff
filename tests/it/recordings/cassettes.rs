//! The disk format: readable, exact, versioned.

use proptest::prelude::*;
use provoke::recording::Recording;
use provoke::recording::cassette::{self, CassetteError, Meta};

use super::samples;

#[test]
fn a_small_cassette_reads_like_this() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!("cassette.small", cassette::encode(&samples::small(), &samples::meta()));
    });
}

#[test]
fn the_sample_comes_back_without_problems() {
    let decoded = cassette::decode(&cassette::encode(&samples::small(), &samples::meta())).unwrap();
    assert_eq!(decoded.problems, []);
    assert_eq!(decoded.value, (samples::small(), samples::meta()));
}

#[test]
fn every_line_holds_to_the_published_schema() {
    let validator = jsonschema::validator_for(&cassette::schema()).unwrap();
    let cassette = cassette::encode(&samples::small(), &samples::meta());
    for line in cassette.lines() {
        let line = serde_json::from_str(line).unwrap();
        assert!(validator.is_valid(&line), "{line}");
    }
    assert!(!validator.is_valid(&serde_json::json!({"bytes": {"exchange": "one"}})));
}

#[test]
fn keys_and_kinds_that_are_added_later_are_stepped_over() {
    let cassette = cassette::encode(&samples::small(), &samples::meta())
        .replace(r#"{"refused":{"#, r#"{"refused":{"peer":{"ip":["127.0.0.1"]},"#)
        .replace(r#"{"decision":"#, "{\"weather\":{\"rain\":true}}\n{\"decision\":")
        .replace(r#""lines":"#, r#""mood":null,"lines":1"#);
    let decoded = cassette::decode(&cassette).unwrap();
    assert_eq!(decoded.value, (samples::small(), samples::meta()));
    let told: Vec<String> = decoded.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("unknown kind of line `weather`"), "{told:?}");
}

#[test]
fn a_newer_format_is_refused_whatever_it_looks_like() {
    for first in
        [r#"{"cassette":{"schema":"provoke.cassette/2","redacted":true}}"#, "provoke.cassette/12: zip"]
    {
        let error = cassette::decode(first).unwrap_err();
        assert!(matches!(error, CassetteError::Newer { .. }), "{error}");
        assert!(error.to_string().contains("newer provoke"), "{error}");
    }
}

#[test]
fn what_is_no_cassette_is_refused_with_a_place() {
    for (text, column) in [("", 1), ("[]", 1), ("{\"cassette\":{\"schema\":1}}", 23), ("{\"end\":{}}", 9)] {
        match cassette::decode(text).unwrap_err() {
            CassetteError::NotACassette { line, column: found, reason } => {
                assert_eq!((line, found), (1, column), "{text}: {reason}");
            }
            other => panic!("{text}: {other}"),
        }
    }
}

#[test]
fn line_ends_that_git_rewrote_change_nothing() {
    let cassette = cassette::encode(&samples::small(), &samples::meta()).replace('\n', "\r\n");
    let decoded = cassette::decode(&cassette).unwrap();
    assert_eq!((decoded.value.0, decoded.problems), (samples::small(), vec![]));
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn any_recording_comes_back_exactly(recording in samples::recording(), seed in any::<Option<u64>>()) {
        let meta = Meta { seed, ..samples::meta() };
        let text = cassette::encode(&recording, &meta);
        prop_assert_eq!(&text, &cassette::encode(&recording, &meta));
        let decoded = cassette::decode(&text).unwrap();
        prop_assert_eq!(decoded.problems, vec![]);
        prop_assert_eq!(decoded.value, (recording, meta));
    }

    #[test]
    fn one_changed_record_changes_one_line(n in 0..9) {
        let text = |n: i32| {
            let mut recording = samples::small();
            if let provoke::recording::Exchange::Http(http) = &mut recording.exchanges[0] {
                let stream = format!("data: a\n\ndata: {n}\n\ndata: b\n\n");
                http.events[2].what = provoke::recording::TransportEvent::Bytes(stream.into());
            }
            cassette::encode(&recording, &samples::meta())
        };
        let (before, after) = (text(10), text(n));
        let changed = before.lines().zip(after.lines()).filter(|(a, b)| a != b).count();
        prop_assert_eq!((changed, before.lines().count()), (1, after.lines().count()));
    }
}

#[test]
fn an_empty_recording_is_two_lines() {
    let text = cassette::encode(&Recording::default(), &Meta::default());
    assert_eq!(text.lines().count(), 2);
    assert_eq!(cassette::decode(&text).unwrap().value, (Recording::default(), Meta::default()));
}
