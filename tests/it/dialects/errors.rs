//! Errors in every shape that was seen.

use provoke::chat::ErrorBody;
use provoke::dialect::codecs;
use serde_json::Value;

use super::support::{cases, golden};

fn shapes(key: &str) -> Vec<(String, Value)> {
    let (_, text) = cases("errors", "json").into_iter().find(|(name, _)| name == "shapes").unwrap();
    let shapes: Value = serde_json::from_str(&text).unwrap();
    let shapes = shapes[key].as_array().unwrap().iter();
    shapes.map(|shape| (shape["about"].as_str().unwrap().to_owned(), shape["body"].clone())).collect()
}

#[test]
fn every_shape_of_error_is_read_alike_by_every_dialect() {
    let mut table = String::new();
    for (about, body) in shapes("errors") {
        let bytes = body.to_string();
        let read: Vec<ErrorBody> = codecs()
            .iter()
            .map(|dialect| dialect.decode_error(bytes.as_bytes()).unwrap_or_else(|| panic!("{about}")))
            .collect();
        assert!(read.windows(2).all(|pair| pair[0] == pair[1]), "{about}");
        table.push_str(&row(&about, &read[0]));
    }
    golden("errors.shapes", &table);
}

fn row(about: &str, error: &ErrorBody) -> String {
    let mut row = format!("{about}\n  {:?}\n", error.message);
    let fields = [
        ("type", &error.kind),
        ("code", &error.code),
        ("param", &error.param),
        ("request", &error.request_id),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            row.push_str(&format!("  {name}: {value}\n"));
        }
    }
    row
}

#[test]
fn what_is_no_error_is_not_read_as_one() {
    for dialect in codecs() {
        for (about, body) in shapes("no_errors") {
            assert_eq!(dialect.decode_error(body.to_string().as_bytes()), None, "{about}");
        }
        for body in ["", "upstream connect error", "<html></html>", "{\"error\":", "null", "7"] {
            assert_eq!(dialect.decode_error(body.as_bytes()), None, "{body}");
        }
    }
}

#[test]
fn errors_are_written_as_their_dialect_tells_them() {
    let errors = [
        (401, ErrorBody { message: "no key".into(), ..ErrorBody::default() }),
        (
            404,
            ErrorBody {
                message: "gone".into(),
                code: Some("model_not_found".into()),
                ..ErrorBody::default()
            },
        ),
        (
            529,
            ErrorBody {
                message: "busy".into(),
                kind: Some("overloaded_error".into()),
                request_id: Some("req_1".into()),
                ..ErrorBody::default()
            },
        ),
        (
            502,
            ErrorBody { message: "bad gateway".into(), kind: Some("strange".into()), ..ErrorBody::default() },
        ),
    ];
    for dialect in codecs() {
        let mut table = String::new();
        for (status, error) in &errors {
            let written = dialect.encode_error(*status, error);
            let read = dialect.decode_error(written.to_string().as_bytes()).unwrap();
            assert_eq!(read.message, error.message);
            table.push_str(&format!("{status} {written}\n"));
        }
        golden(&format!("errors.written.{}", dialect.id()), &table);
    }
}
