//! Machine formats: pure, valid, and the same bytes for the same seed.

use serde_json::Value;

use super::{output, provoke, said, text};

/// Runs for a machine; stderr must be silent.
fn run(args: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let done = output(provoke(folder.path()).arg("run").args(args));
    assert_eq!(text(&done.stderr), "", "{args:?}");
    assert_eq!(done.status.code(), Some(0), "{args:?}: {}", text(&done.stdout));
    text(&done.stdout)
}

fn without_timing(json: &str) -> String {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.remove("timing");
                map.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value: Value =
        serde_json::from_str(json).expect("stdout holds one JSON document and nothing else");
    strip(&mut value);
    serde_json::to_string_pretty(&value).expect("it was JSON")
}

fn twice(args: &[&str]) -> String {
    let (once, again) = (run(args), run(args));
    // Lines first: a difference is then readable.
    let (left, right) = (without_timing(&once), without_timing(&again));
    for (line, (left, right)) in left.lines().zip(right.lines()).enumerate() {
        assert_eq!(left, right, "{args:?}: line {} differs", line + 1);
    }
    assert_eq!(left, right, "{args:?}");
    once
}

#[test]
fn the_same_seed_gives_the_same_report_of_every_scenario() {
    let report = twice(&["--world", "sim", "--format", "json", "--seed", "7"]);
    let schema: Value = serde_json::from_str(&said(&["schema", "report"])).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(report["seed"], 7);
    assert!(report["cases"].as_array().is_some_and(|cases| cases.len() > 100));
}

#[test]
fn the_same_seed_gives_the_same_report_in_both_worlds() {
    let report: Value = serde_json::from_str(&twice(&["seed", "--json"])).expect("JSON");
    let worlds: std::collections::BTreeSet<&str> =
        report["cases"].as_array().into_iter().flatten().filter_map(|case| case["world"].as_str()).collect();
    assert_eq!(worlds.into_iter().collect::<Vec<_>>(), ["sim", "wire"]);
}

#[test]
fn stdout_is_pure_and_a_report_beside_it_is_the_same_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let formats = said(&["list", "formats"]);
    for format in formats.lines().filter_map(|line| line.split_whitespace().next()) {
        let beside = format!("{format}=out");
        let args = ["run", "seed.subagent", "--world", "sim", "--format", format, "--report", &beside];
        let done = output(provoke(folder.path()).args(args));
        assert_eq!((done.status.code(), text(&done.stderr).as_str()), (Some(0), ""), "{format}");
        let stdout = text(&done.stdout);
        assert!(!stdout.contains('\u{1b}'), "{format}: colour without a terminal");
        let out = std::fs::read_to_string(folder.path().join("out")).expect("it was written");
        if format == "json" {
            assert_eq!(without_timing(&stdout), without_timing(&out));
        }
        // A terminal's layout knows the width of its screen; everything else is one and the same.
        assert!(format == "terminal" || stdout.lines().eq(out.lines()), "{format}:\n{stdout}\n{out}");
    }
}
