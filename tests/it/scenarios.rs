//! The scenarios and mocks that are shipped: all listed, all sound, all as the schema says.
#![expect(clippy::disallowed_methods, reason = "the lists are held against folders")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use provoke::dialect::view;
use provoke::mock::{self, Library};
use provoke::moment::Moment;
use provoke::recording::timeline::Act;
use provoke::recording::{HttpExchange, RequestBytes, Side, Timed, TransportEvent};
use provoke::scenario::{self, Source, schema};
use serde_json::Value;

const SCHEMA: &str = "scenarios/scenario.schema.json";
const RACE_SCHEMA: &str = "scenarios/race.schema.json";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository, by its path from there, sorted.
fn files(folder: &str) -> Vec<String> {
    fn walk(at: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(at).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                let inside = path.strip_prefix(root).expect("the walk stays inside");
                found.push(inside.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    let root = root().join(folder);
    let mut found = Vec::new();
    walk(&root, &root, &mut found);
    found.retain(|path| ![SCHEMA, RACE_SCHEMA].contains(&format!("{folder}/{path}").as_str()));
    found.sort();
    found
}

/// The source of a list of files that are compiled into the binary.
fn list(folder: &str) -> String {
    let mut text = format!(
        "//! The {folder} that are compiled into the binary.\n//!\n\
         //! `just lists` rewrites this file; a test fails where a file under `{folder}/` is missing here.\n\n\
         /// Every file under `{folder}/`, by its path there.\n#[rustfmt::skip]\n\
         pub const FILES: &[(&str, &[u8])] = &[\n"
    );
    for path in files(folder) {
        writeln!(text, "    (\"{path}\", include_bytes!(\"../../{folder}/{path}\")),")
            .expect("a string takes it");
    }
    text.push_str("];\n");
    text
}

#[test]
fn lists_name_every_file_and_the_schemas_beside_the_scenarios_are_the_published_ones() {
    let published = format!("{:#}\n", schema::schema());
    let race_published = format!("{:#}\n", scenario::race::schema::schema());
    let wanted = [
        ("src/scenario/builtin.rs", list("scenarios")),
        ("src/mock/builtin.rs", list("mocks")),
        (SCHEMA, published),
        (RACE_SCHEMA, race_published),
    ];
    let update = std::env::var_os("PROVOKE_UPDATE_LISTS").is_some();
    for (file, text) in wanted {
        let path = root().join(file);
        if update {
            fs::write(&path, &text).expect("it can be written");
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == text,
            "{file} is not what it must be: `just lists` rewrites it (PROVOKE_UPDATE_LISTS=1 cargo test --test it lists)"
        );
    }
}

/// The built-in scenario files, each with what stands beside it.
fn sources() -> Vec<Source> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let (yaml, other): (Vec<_>, Vec<_>) =
        scenario::FILES.iter().partition(|(path, _)| path.ends_with(".yaml"));
    let of = |(path, bytes): &(&str, &[u8])| Source {
        file: format!("scenarios/{path}"),
        text: text(bytes),
        beside: other
            .iter()
            .filter(|(beside, _)| folder(beside) == folder(path))
            .map(|(beside, bytes)| (beside.rsplit('/').next().unwrap_or_default().to_owned(), text(bytes)))
            .collect(),
    };
    yaml.iter().map(of).filter(|source| !scenario::race::is_race(&source.text)).collect()
}

#[test]
fn every_scenario_compiles_and_obeys_the_published_schema() {
    let library = Library::builtin().expect("the mocks are sound");
    let validator = jsonschema::validator_for(&schema::schema()).expect("the schema is one");
    let sources = sources();
    assert!(sources.len() > 40, "{}", sources.len());
    for source in sources {
        let file = scenario::read(&source).unwrap_or_else(|problem| panic!("{problem}"));
        let plan = scenario::compile(&file, &source, &library).unwrap_or_else(|found| panic!("{found:?}"));
        assert_eq!(source.file, format!("scenarios/{}.yaml", plan.id.replacen('.', "/", 1)));
        assert!(source.text.starts_with("# yaml-language-server: $schema=../scenario.schema.json\n"));
        let value: Value = serde_saphyr::from_str(&source.text).expect("it was read before");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", source.file);
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let schema = schema::schema();
    assert_eq!(schema["$id"], schema::SCHEMA_ID);
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let sound = &sources().into_iter().find(|source| source.file.ends_with("night.yaml")).expect("shipped");
    for (from, to) in [
        ("title:", "titel:"),
        ("id: seed.night", "id: Night"),
        ("max-tokens:", "max_tokens:"),
        ("- primary: minimax", "- primray: minimax"),
        ("attempts: 2", "attempts: two"),
        ("expect: healthy", "expect: helthy"),
        ("faults: [empty-stream]", "faults: [empty-strem]"),
        ("tags: [seed]", "limits: { total: 5 }"),
        ("brave: {}", "brave: { mokc: x }"),
    ] {
        assert!(sound.text.contains(from), "{from}");
        let source = Source { text: sound.text.replace(from, to), ..sound.clone() };
        let value: Value = serde_saphyr::from_str(&source.text).expect("it is YAML");
        assert!(!validator.is_valid(&value), "the schema lets `{to}` pass");
        let library = Library::builtin().expect("the mocks are sound");
        let read = scenario::read(&source).map_err(|problem| vec![problem]);
        let read = read.and_then(|file| scenario::compile(&file, &source, &library));
        assert!(read.is_err(), "the reader lets `{to}` pass");
    }
}

/// What a mock sends, as a recording holds it.
fn exchange(case: &mock::MockCase, stream: bool) -> HttpExchange {
    let events = case.timeline("some-model", stream).acts.into_iter().filter_map(|act| match act {
        Act::Head { head, .. } => Some(TransportEvent::Head(head)),
        Act::Body { bytes, .. } => Some(TransportEvent::Bytes(bytes)),
        Act::EndBody => Some(TransportEvent::Eof { complete: true }),
        _ => None,
    });
    HttpExchange {
        side: Side::Upstream,
        attempt: 1,
        provider: case.about.provider.clone(),
        model: "some-model".to_owned(),
        dialect: case.dialect.id().to_owned(),
        started: Moment::ZERO,
        request: RequestBytes::default(),
        events: events.map(|what| Timed { at: Moment::ZERO, what }).collect(),
    }
}

#[test]
fn every_mock_decodes_without_problems_and_says_its_text() {
    let library = Library::builtin().expect("the mocks are sound");
    let mut spoken = 0;
    for case in library.iter() {
        for stream in [true, false] {
            let exchange = exchange(case, stream);
            let view = view(case.dialect, &exchange);
            let name = format!("{} (stream: {stream})", case.id);
            assert!(view.problems.is_empty(), "{name}: {:?}", view.problems);
            assert!(view.ended && view.error.is_none(), "{name}: {view:?}");
            if let Some(text) = case.text() {
                assert_eq!(view.response.text(), text, "{name}");
                spoken += 1;
            }
        }
    }
    assert!(spoken > 6, "{spoken}");
}

proptest::proptest! {
    #![proptest_config(crate::chance::tries(128))]

    #[test]
    fn a_damaged_scenario_is_read_or_refused_with_its_place(
        at in proptest::prelude::any::<proptest::sample::Index>(),
        cut in 0_usize..20,
        put in "[ -~\n\t\u{e9}&*{}\\[\\]:#'\"!|>%@`-]{0,12}",
    ) {
        let mut source = sources().into_iter().find(|source| source.file.ends_with("night.yaml")).expect("shipped");
        let letters: Vec<char> = source.text.chars().collect();

        let place = at.index(letters.len());
        let rest = letters.len().min(place + cut);
        source.text = letters[..place].iter().chain(&put.chars().collect::<Vec<_>>()).chain(&letters[rest..]).collect();
        let library = Library::builtin().expect("the mocks are sound");
        let done = scenario::read(&source).map_err(|problem| vec![problem]);
        if let Err(problems) = done.and_then(|file| scenario::compile(&file, &source, &library)) {
            proptest::prop_assert!(!problems.is_empty());
            for problem in problems {
                proptest::prop_assert!(problem.place.file.is_some(), "{problem}");
                proptest::prop_assert!(!problem.to_string().contains(" at line "), "{problem}");
            }
        }
    }
}

#[test]
fn the_fault_that_a_check_names_exists() {
    for check in scenario::CHECKS {
        let example = check.example();
        let known =
            provoke::fault::find(example).is_ok() || provoke::routing::conduct::find(example).is_some();
        assert!(known, "{}: no fault `{example}`", check.id());
    }
}
