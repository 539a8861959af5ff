//! `list`, `explain` and `schema`: everything that has an id can be found and explained.

use serde_json::Value;

use super::said;

const KINDS: [&str; 9] =
    ["scenarios", "faults", "checks", "causes", "mocks", "dialects", "formats", "invariants", "policies"];

fn ids(kind: &str) -> Vec<String> {
    let list: Vec<Value> = serde_json::from_str(&said(&["list", kind, "--format", "json"])).expect("JSON");
    list.iter().map(|entry| entry["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn lists_agree_whatever_their_form() {
    for kind in KINDS {
        let ids = ids(kind);
        assert!(!ids.is_empty(), "{kind}");
        assert_eq!(said(&["list", kind, "--count"]), format!("{}\n", ids.len()), "{kind}");
        let lines = said(&["list", kind]);
        let first: Vec<&str> = lines.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(first, ids, "{kind}");
        assert!(lines.lines().all(|line| line.split_whitespace().count() > 2), "{kind}: a line says nothing");
    }
}

#[test]
fn every_listed_id_is_explained() {
    for kind in KINDS {
        let ids = ids(kind);
        let args: Vec<&str> = std::iter::once("explain").chain(ids.iter().map(String::as_str)).collect();
        let text = said(&args);
        let words =
            if kind == "policies" { ["policy", "policy"] } else { [kind.trim_end_matches('s'), "race"] };
        for id in &ids {
            let head = |line: &str| {
                words.iter().any(|word| line.starts_with(word)) && line.split(' ').any(|part| part == id)
            };
            assert!(text.lines().any(head), "{kind} {id} is not explained");
        }
        assert!(text.lines().count() >= 3 * ids.len(), "{kind}: {text}");
    }
}

#[test]
fn every_schema_is_one_and_has_a_name_of_its_own() {
    let mut names = std::collections::BTreeSet::new();
    for kind in ["scenario", "race", "report", "race-report", "race-live-report", "cassette"] {
        let schema: Value = serde_json::from_str(&said(&["schema", kind])).expect("JSON");
        assert!(jsonschema::meta::is_valid(&schema), "{kind}");
        jsonschema::validator_for(&schema).expect("it can be used");
        names.insert(schema["$id"].as_str().unwrap_or_else(|| panic!("{kind} has no $id")).to_owned());
    }
    assert_eq!(names.len(), 6, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("urn:provoke:schema:")), "{names:?}");
}
