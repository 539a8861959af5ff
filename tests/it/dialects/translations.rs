//! Requests of one dialect, said in every dialect.

use provoke::dialect::{by_id, codecs};
use serde_json::Value;

use super::support::{cases, golden, listed};

#[test]
fn a_request_is_said_in_every_dialect() {
    for (name, case) in cases("translate", "json") {
        let case: Value = serde_json::from_str(&case).unwrap();
        let source = by_id(case["dialect"].as_str().unwrap()).unwrap();
        let read = source.decode_request(case["request"].to_string().as_bytes());
        for target in codecs() {
            let written = target.encode_request(&read.value);
            let text = format!(
                "{}\nfrom {}\n\nnot understood:\n{}\ncannot be said:\n{}\n{:#}\n",
                case["about"].as_str().unwrap(),
                source.id(),
                listed(&read.problems),
                listed(&written.problems),
                written.value,
            );
            golden(&format!("translate.{name}.{}", target.id()), &text);
        }
    }
}
