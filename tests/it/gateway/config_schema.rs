//! `config.schema` and its look-ups.

use proptest::prelude::*;
use provoke::config::{hints, json_schema};
use provoke::gateway::desk::Reply;
use serde_json::{Value, json};

use super::desk::{Scene, guest, settings};

fn lookup(path: &str) -> Result<Value, String> {
    let mut scene = Scene::new(&settings());
    scene.come(&guest(1, &json!({"scopes": ["operator.read"]})), 0);
    match scene.call(1, "config.schema.lookup", &json!({"path": path}), 1).0 {
        Reply::Now(Ok(found)) => Ok(found),
        Reply::Now(Err(refusal)) => Err(refusal.message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_schema_judges_as_the_tables_do() {
    let schema = jsonschema::draft7::new(json_schema()).expect("it is a schema");
    for (config, fits) in [
        (json!({"gateway": {"port": 18789, "auth": {"mode": "token", "token": "t"}}}), true),
        (json!({"gateway": {"auth": {"token": {"source": "env", "provider": "default", "id": "T"}}}}), true),
        (json!({"agents": {"list": [{"id": "a", "model": {"primary": "x/y", "fallbacks": []}}]}}), true),
        (json!({"gateway": {"port": 0}}), false),
        (json!({"gateway": {"port": "18789"}}), false),
        (json!({"gateway": {"auth": {"mode": "tokne"}}}), false),
        (json!({"gateway": {"prot": 1}}), false),
        (json!({"models": {"providers": {"x": {"models": []}}}}), false),
        (json!({"logging": {"level": "loud"}}), false),
    ] {
        assert_eq!(schema.is_valid(&config), fits, "{config}");
    }
}

#[test]
fn every_hint_leads_somewhere_and_is_told_there() {
    for (path, hint) in hints() {
        let found = lookup(path).unwrap_or_else(|message| panic!("{path}: {message}"));
        assert_eq!((&found["path"], &found["hintPath"]), (&json!(path), &json!(path)));
        assert_eq!(found["hint"]["label"], hint.label, "{path}");
        assert!(hint.help.ends_with('.') && !hint.tags.is_empty(), "{path}");
    }
}

#[test]
fn children_can_be_looked_up_all_the_way_down() {
    let mut open = vec!["gateway".to_owned(), "models".to_owned(), "agents".to_owned(), "logging".to_owned()];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        seen += 1;
        let found = lookup(&path).unwrap_or_else(|message| panic!("{path}: {message}"));
        for child in found["children"].as_array().expect("a list") {
            open.push(child["path"].as_str().expect("a path").to_owned());
        }
    }
    assert!(seen > 200, "{seen}");
}

proptest! {
    #![proptest_config(crate::chance::tries(128))]

    #[test]
    fn no_path_is_too_odd(path in "[A-Za-z0-9_./\\[\\]\\-*]{0,60}|(models|\\.|\\[0\\]|\\*|providers){0,40}") {
        if let Err(message) = lookup(&path) {
            prop_assert_eq!(message, "config schema path not found");
        }
    }
}
