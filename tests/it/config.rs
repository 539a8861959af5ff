//! The config layer: every case of `tests/cases/config`, and what no text may do to it.
#![expect(clippy::disallowed_methods, reason = "cases are files")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use provoke::config::{self, Ask, Candidate, Config, Role, scan};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/config");

/// Stands in every secret of the cases, and may stand in nothing that is shown.
const CANARY: &str = "CANARY";

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

fn case(name: &str) -> PathBuf {
    Path::new(CASES).join(name)
}

fn text_of(case: &Path, file: &str) -> Option<String> {
    fs::read_to_string(case.join(file)).ok()
}

fn env_of(case: &Path) -> BTreeMap<String, String> {
    let text = text_of(case, "env.json").unwrap_or_else(|| "{}".into());
    serde_json::from_str(&text).expect("env.json maps names to texts")
}

fn load(case: &Path, text: &str) -> Result<Config, config::ConfigError> {
    let models = text_of(case, "models.json");
    let models = models.as_deref().map(|text| (text, "models.json"));
    config::load(text, "openclaw.json", &env_of(case), models)
}

/// What is shown of a case: the summary and every target, or the error and what a repair makes of it.
fn shown(case: &Path, text: &str) -> String {
    match load(case, text) {
        Ok(config) => {
            let told = format!("{}{}", config::summary(&config), targets(&config));
            let debug = format!("{config:?}{:?}", config::candidates(&config, &Ask::of(Role::Main)));
            assert!(!debug.contains(CANARY), "{}: Debug shows a secret", case.display());
            told
        }
        Err(error) => {
            let (repaired, problems) = config::repair(text, "openclaw.json");
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            let outcome = match load(case, &repaired) {
                Ok(config) => config::summary(&config),
                Err(_) => "no repair\n".into(),
            };
            format!("error: {error}\n\nrepair: {}\n{outcome}", problems.join("\n"))
        }
    }
}

fn targets(config: &Config) -> String {
    let mut shown = String::new();
    for role in Role::ALL {
        let chain = config::candidates(config, &Ask::of(role)).map(|chain| chain.candidates);
        for candidate in chain.unwrap_or_default() {
            shown += &format!("target {}: {}\n", role.name(), target(&candidate));
        }
    }
    shown
}

fn target(candidate: &Candidate) -> String {
    match &candidate.target {
        Ok(target) => format!(
            "{} {} {} key={} bearer={} answer={:?} context={:?} headers={:?}",
            target.reference,
            target.api.name(),
            target.base_url,
            target.key_source,
            target.auth_header,
            target.max_tokens,
            target.context_window,
            target.headers.keys().collect::<Vec<_>>(),
        ),
        Err(problem) => format!("{}: {problem}", candidate.reference),
    }
}

#[test]
fn every_case_reads_as_its_snapshot_says() {
    let mut names: Vec<String> = fs::read_dir(CASES)
        .expect("the cases are there")
        .map(|entry| entry.expect("a readable folder").file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    assert!(names.len() >= 26, "{names:?}");
    settings().bind(|| {
        for name in names {
            let case = case(&name);
            let text = text_of(&case, "openclaw.json").expect("a case has an openclaw.json");
            let shown = shown(&case, &text);
            assert!(!shown.contains(CANARY), "{name}: a secret is shown\n{shown}");
            insta::assert_snapshot!(format!("config.{name}"), shown);
        }
    });
}

#[test]
fn the_canary_can_be_seen_where_it_is_not_masked() {
    let case = case("seed");
    let config = load(&case, &text_of(&case, "openclaw.json").unwrap()).unwrap();
    let key = config.providers["minimax"].key.secret.as_ref().unwrap();
    assert!(key.expose().contains(CANARY));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    for name in ["seed", "keys-misspelt", "brace-missing-in-the-middle"] {
        let case = case(name);
        let text = text_of(&case, "openclaw.json").unwrap();
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(shown(&case, &text), shown(&case, &windows), "{name}");
    }
}

#[test]
fn a_place_names_key_and_value_by_line_column_and_byte() {
    let text = "\u{feff}{\n  é: { 'a b': [1, {x: 2}] },\n}";
    let places = scan::scan(text, "f").unwrap().places;
    let at = |path: &str| {
        let node = places.find(path).unwrap();
        let (key, value) = (places.key_position(node), places.value_position(node));
        (key.map(|p| (p.line, p.column, p.byte)), (value.line, value.column, value.byte), places.path(node))
    };
    assert_eq!(at("é"), (Some((2, 3, 7)), (2, 6, 11), "é".into()));
    assert_eq!(at("é[\"a b\"][1].x"), (Some((2, 20, 25)), (2, 23, 28), "é[\"a b\"][1].x".into()));
    assert_eq!(&text[25..26], "x");
    assert_eq!(at("é[\"a b\"][0]").0, None);
    assert!(places.find("é.x").is_none() && places.find("é[").is_none());
}

#[test]
fn nesting_and_size_are_bounded() {
    let env = BTreeMap::new();
    let fault = |text: &str| config::load(text, "f", &env, None).unwrap_err().to_string();
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(scan::scan(&deep(scan::DEPTH_MAX), "f").is_ok());
    assert!(config::load(&deep(scan::DEPTH_MAX), "f", &env, None).is_ok());
    assert_eq!(fault(&deep(scan::DEPTH_MAX + 1)), "f:1:129: nested deeper than 128 levels");
    assert_eq!(fault(&"[".repeat(1_000_000)), "f:1:129: nested deeper than 128 levels");
    assert_eq!(fault(&"{a:".repeat(1_000_000)), "f:1:385: nested deeper than 128 levels");
    let large = format!("{{x: '{}'}}", "y".repeat(5 * 1024 * 1024));
    assert_eq!(fault(&large), "f: 5242887 bytes; at most 4194304 are read");
    let many = format!("[{}]", "0,".repeat(scan::VALUES_MAX));
    assert_eq!(fault(&many), "f:1:400000: more than 200000 values");
    // Wide and just inside every bound: linear, or this test does not end.
    let key = "k".repeat(2_000_000);
    let wide = format!("{{'{key}': {{{}}}}}", (0..90_000).map(|n| format!("k{n}:0,")).collect::<String>());
    let config = config::load(&wide, "f", &env, None).unwrap();
    assert_eq!(config.problems.len(), 1);
}

#[test]
fn a_reserved_key_opens_no_way_around_the_bound() {
    let text = r#"{a: {"$serde_json::private::RawValue": "[1]"}}"#;
    let error = config::load(text, "f", &BTreeMap::new(), None).unwrap_err();
    assert_eq!(error.to_string(), "f:1:6: this key is reserved by the parser");
}

#[test]
fn a_variable_cannot_blow_the_document_up() {
    let env = BTreeMap::from([("BIG".to_owned(), "x".repeat(100_000))]);
    let text = format!("{{ui: [{}]}}", "'${BIG}',".repeat(1_000));
    let config = config::load(&text, "f", &env, None).unwrap();
    assert_eq!(config.problems.len(), scan::PROBLEMS_MAX);
    assert!(config.problems[0].message.ends_with("larger than 4194304 bytes"));
}

#[test]
fn a_repair_closes_what_is_open_and_touches_nothing_else() {
    let cases = [
        ("{a: [1, {b: 2", Some("}]}")),
        ("{a: [1, {b: 2,", Some("}]}")),
        ("{a: 1 // tail", Some("\n}")),
        ("{", Some("}")),
        ("{}", Some("")),
        ("{a:", None),
        ("{a", None),
        ("{a: 'b", None),
        ("{a: 1 /* tail", None),
        ("{a: [1}", None),
        ("", None),
        ("{\n  a: {\n    b: {\n    c: 1,\n  },\n", None),
    ];
    for (text, added) in cases {
        let (repaired, problems) = config::repair(text, "f");
        match added {
            Some(added) => assert_eq!(repaired, format!("{text}{added}")),
            None => assert_eq!((repaired.as_str(), problems.len()), (text, 1)),
        }
        assert_eq!(problems.is_empty(), added == Some(""), "{text}");
    }
}

#[test]
fn the_overrides_of_a_request_are_held_against_the_allowlist() {
    let case = case("seed");
    let config = load(&case, &text_of(&case, "openclaw.json").unwrap()).unwrap();
    let first = |model| {
        let ask = Ask { role: Role::Subagent, agent: Some("main"), model: Some(model) };
        config::candidates(&config, &ask).map(|chain| chain.candidates[0].reference.key())
    };
    assert_eq!(first("OPUS").as_deref(), Ok("kie-claude/claude-opus-4-6"));
    assert_eq!(first(" Minimax/MiniMax-M2.7 ").as_deref(), Ok("minimax/MiniMax-M2.7"));
    let refused = first("groq/groq/compound").unwrap_err();
    assert_eq!(refused.message, "model override `groq/groq/compound` is not allowed for agent `main`");
}

#[test]
fn the_pasted_specimens_are_read_as_the_seed_needs_it() {
    let root = std::env::var("PROVOKE_SHARED")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let specimen = root.join("data/paste-specimens/01-config-missing-braces.txt");
    let Ok(text) = fs::read_to_string(specimen) else {
        eprintln!("skipped: the_pasted_specimens_are_read_as_the_seed_needs_it: ../shared is absent");
        return;
    };
    let env = BTreeMap::new();
    assert!(config::load(&text, "paste", &env, None).is_err());
    let (repaired, problems) = config::repair(&text, "paste");
    assert_eq!(problems.len(), 1);
    let config = config::load(&repaired, "paste", &env, None).unwrap();
    assert_eq!(config.problems, []);
    let chain = config::candidates(&config, &Ask::of(Role::Subagent)).unwrap();
    let keys: Vec<String> = chain.candidates.iter().map(|candidate| candidate.reference.key()).collect();
    assert_eq!(keys, ["kie-claude/claude-opus-4-6", "minimax/MiniMax-M2.7"]);
}

/// The pieces of JSON5, sound and broken.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "{", "}", "[", "]", ":", ",", "a", "$b_1", "'x'", "\"y\\n\"", "'\\u0041\\x41\\\n'", "'\\ud83d\\ude00'", "1",
    "-1", "+.5", "5.", "0x1F", "-0x8", "1e5", "00", "0", ".", "e", "true", "false", "null", "Infinity", "-NaN",
    " ", "\n", "\r\n", "// c\n", "/* c */", "/", "'", "\\", "\\u0061", "#", "\u{feff}", "\u{2028}", "'\\1'",
    "truex", "-", "+Infinity", "\"${A}\"", "baseUrl", "models", "'\\0'", "'\\01'", "\u{3000}", "é",
];

/// Texts made of them: at random, well-formed, and well-formed with one piece too many.
fn json5ish() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(PIECES);
    let item = prop_oneof![Just("1".to_owned()), Just("'s'".to_owned()), Just("null".to_owned())];
    let sound = item.prop_recursive(6, 48, 4, |inner| {
        let list =
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{},]", items.join(",")));
        let object = prop::collection::vec(("[a-c]{1,2}", inner), 0..4).prop_map(|members| {
            let members: Vec<String> =
                members.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
            format!("{{{}}}", members.join(" , "))
        });
        prop_oneof![list, object]
    });
    let broken = prop::collection::vec(pieces.clone(), 0..24).prop_map(|pieces| pieces.concat());
    let hurt = (sound.clone(), pieces, any::<prop::sample::Index>()).prop_map(|(text, piece, at)| {
        let at = at.index(text.len() + 1);
        if text.is_char_boundary(at) { format!("{}{piece}{}", &text[..at], &text[at..]) } else { text }
    });
    prop_oneof![2 => broken, 1 => sound, 3 => hurt]
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn the_scanner_and_the_parser_agree_on_what_is_a_document(text in json5ish()) {
        let scanned = scan::scan(&text, "f");
        let parsed = json5::from_str::<serde_json::Value>(&text);
        prop_assert_eq!(scanned.is_ok(), parsed.is_ok(), "{:?} {:?} {:?}", text, scanned.err(), parsed.err());
    }

    #[test]
    fn no_text_is_too_odd_to_load(text in prop_oneof![json5ish(), any::<String>()], models in json5ish()) {
        let env = BTreeMap::from([("A".to_owned(), "b".to_owned())]);
        if let Ok(config) = config::load(&text, "f", &env, Some((&models, "m"))) {
            prop_assert!(!config::summary(&config).is_empty());
        }
        let (repaired, problems) = config::repair(&text, "f");
        prop_assert!(repaired.starts_with(&text));
        prop_assert!(repaired == text || scan::scan(&repaired, "f").is_ok());
        prop_assert_eq!(problems.is_empty(), scan::scan(&text, "f").is_ok());
    }

    #[test]
    fn no_bytes_are_too_odd_to_load(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        drop(config::load(&text, "f", &BTreeMap::new(), None));
    }

    #[test]
    fn no_value_is_too_odd_for_the_schema(
        values in prop::collection::vec(prop_oneof![
            Just("null"), Just("1"), Just("-1.5"), Just("''"), Just("'a/b'"), Just("true"), Just("[]"), Just("{}"),
            Just("[[1]]"), Just("['a/b','/']"), Just("{a:1}"), Just("{source:'env',id:'A'}"), Just("'${A}'"),
        ], 24)
    ) {
        let v = |n: usize| values[n];
        let text = format!(
            "{{env:{}, models:{{mode:{}, providers:{{a:{}, b:{{baseUrl:{}, api:{}, apiKey:{}, headers:{}, request:{}, \
             models:{}}}, c:{{baseUrl:'http://c', models:[{}, {{id:{}, name:{}, maxTokens:{}, headers:{}}}]}}}}}}, \
             agents:{{list:[{}, {{id:{}, model:{}, subagents:{}}}], defaults:{{model:{}, models:{}, heartbeat:{}, \
             subagents:{{model:{}, fallbacks:{}}}, params:{}, llm:{}}}}}}}",
            v(0), v(1), v(2), v(3), v(4), v(5), v(6), v(7), v(8), v(9), v(10), v(11), v(12), v(13), v(14), v(15), v(16),
            v(17), v(18), v(19), v(20), v(21), v(22), v(23), v(3),
        );
        let env = BTreeMap::from([("A".to_owned(), "b".to_owned())]);
        let config = config::load(&text, "f", &env, Some((&text, "m"))).expect("it is well-formed");
        for role in Role::ALL {
            drop(config::candidates(&config, &Ask::of(role)));
        }
        prop_assert!(!config::summary(&config).is_empty());
    }

    #[test]
    fn a_reference_and_its_parts_are_one(provider in "[a-z][a-z0-9-]{0,8}", model in "[A-Za-z0-9.:/-]{1,12}") {
        let text = format!("{provider}/{model}");
        let Some(reference) = config::ModelRef::parse(&text) else { return Ok(()) };
        prop_assert!(reference.profile.is_none());
        let again = config::ModelRef::parse(&format!("{}/{}", reference.provider.as_str(), reference.model));
        prop_assert_eq!(again.map(|again| again.key()), Some(reference.key()));
    }
}
