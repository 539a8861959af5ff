//! `config.*`: nothing secret is shown, nothing hidden is lost, nothing wrong is written.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use provoke::gateway::desk::config::{File, MARK, Scene, Settled, hash, redact, restore, settle};
use provoke::gateway::errand::ConfigAsk;
use provoke::gateway::frame::Refusal;
use provoke::recording::Redactor;
use serde_json::{Value, json};

const PATH: &str = "/state/openclaw.json";

/// Settles with an environment that holds one secret.
fn ask(text: Option<&str>, ask: &ConfigAsk) -> Result<Settled, Refusal> {
    let env = BTreeMap::from([("PLANTED_KEY".to_owned(), "planted-env-value-41".to_owned())]);
    let redactor = Redactor::default();
    let secrets = ["planted-known-value-42".to_owned()];
    let scene = Scene { env: &env, redactor: &redactor, secrets: &secrets, models_json: None };
    settle(File { path: PATH, bytes: text.map(str::as_bytes) }, ask, &scene)
}

fn get(text: &str) -> Value {
    ask(Some(text), &ConfigAsk::Get).unwrap().payload
}

fn patch(text: &str, patch: &Value) -> Result<Settled, Refusal> {
    ask(Some(text), &ConfigAsk::Patch { raw: patch.to_string(), base: Some(hash(text.as_bytes())) })
}

fn written(settled: &Settled) -> Value {
    serde_json::from_str(settled.write.as_deref().expect("something is written")).unwrap()
}

/// A config with a secret in forty places; `{n}` makes each one its own.
const PLANTED: &str = r#"{
  // a comment with sk-ant-api03-PLANTED01aaaaBBBBcccc1111 in it
  gateway: {
    mode: "local", port: 18789,
    auth: { mode: "token", token: "planted-02-x", password: "planted-03-x" },
    remote: { url: "wss://user:planted-04-x@gw.example/ws", token: "planted-05-x", password: "planted-06-x" },
    controlUi: { allowedOrigins: ["https://planted-02-x.example"] },
  },
  models: { providers: {
    one: { baseUrl: "https://one.example/v1?api_key=planted7AbCdEfGh12345", apiKey: "planted-08-x",
      headers: { Authorization: "Bearer planted-09-x", "X-Custom": "planted-10-x", "x-api-key": "planted-11-x" },
      request: { auth: { mode: "header", headerName: "x", token: "planted-12-x", value: "planted-08-x" }, headers: { "X-Other": "planted-13-x" } },
      models: [{ id: "m", name: "M planted-08-x", headers: { "X-Model": "planted-14-x" } }] },
    two: { baseUrl: "https://two.example", apiKey: { source: "exec", provider: "vault", id: "planted-15-x" }, models: [] },
    three: { baseUrl: "https://three.example", apiKey: "prefix-${PLANTED_KEY}", models: [] },
    four: { baseUrl: "https://four.example/planted-env-value-41", models: [] },
    five: { baseUrl: "https://five.example/planted-known-value-42", models: [] },
  } },
  env: { MY_API_KEY: "planted-16-x", vars: { OTHER_TOKEN: "planted-17-x", DATABASE_URL: "postgres://u:planted-18-x@db/x", PG_PASS: "planted-19-x" } },
  channels: {
    telegram: { botToken: "12345678:AAplanted20plantedplantedplantedplanted", webhookSecret: "planted-21-x", webhookUrl: "https://hook.example/planted-22-x" },
    slack: { botToken: "xoxb-planted-23-x", appToken: "xapp-planted-24-x", signingSecret: "planted-25-x", accounts: { a: { userToken: "planted-26-x" } } },
    discord: { token: "planted-27-x" },
    whatsapp: { allowFrom: ["planted-27-x"] },
    matrix: { accessToken: "planted-28-x", password: 12345678928 },
    twilio: { authToken: "planted-29-x", "planted-29-x": true },
  },
  skills: { entries: { search: { apiKey: "planted-30-x", env: { SERP_KEY: "planted-31-x" } } } },
  mcp: { servers: { s: { env: { GITHUB_TOKEN: "ghp_planted32plantedplantedplanted" }, headers: { Cookie: "sid=planted-33-x" }, args: ["--api-key", "--token=planted-34-x"] } } },
  hooks: { token: "planted-35-x", gmail: { pushToken: "planted-36-x" } },
  talk: { apiKey: "planted-37-x", providers: { e: { apiKey: "planted-38-x" } } },
  tools: { web: { search: { apiKey: "planted-39-x", note: "the old one was planted-39-x" } } },
  plugins: { entries: { p: { config: { privateKey: "-----BEGIN PRIVATE KEY-----planted-40-x", credentials: { user: "planted-41-x", list: ["planted-42-x"] }, serviceAccount: { type: "t", x: "planted-43-x" } } } } },
  auth: { profiles: { a: { type: "api_key", key: "planted-44-x" }, b: { type: "oauth", access: "planted-45-xxxxxxxxxxxx", refresh: "planted-46-xxxxxxxxxxxx" } } },
  cli: { env: [{ name: "X_TOKEN", value: "planted-47-x" }], args: ["run", "--api-key", "planted-48-x", "-v"], url: "https://cli.example/?token=planted-49-x", bare: "planted-09-x" },
  secrets: { providers: { vault: { source: "exec", command: "/bin/vault" } } },
}"#;

#[test]
fn nothing_secret_is_shown_in_any_branch() {
    let payload = get(PLANTED);
    let shown = payload.to_string().to_lowercase();
    let at = shown.find("planted-").or_else(|| shown.find("planted0")).or_else(|| shown.find("planted2"));
    assert!(
        at.is_none(),
        "{}",
        &shown[at.unwrap_or(0).saturating_sub(200)..(at.unwrap_or(0) + 60).min(shown.len())]
    );
    for secret in ["planted7abc", "planted32", "12345678928"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert_eq!(payload["raw"], Value::Null);
    assert_eq!(payload["hash"], hash(PLANTED.as_bytes()));
    for branch in ["parsed", "sourceConfig", "resolved", "runtimeConfig", "config"] {
        assert_eq!(payload[branch]["gateway"]["auth"]["token"], MARK, "{branch}");
        assert_eq!(payload[branch]["gateway"]["port"], 18789, "{branch}");
        assert_eq!(payload[branch]["secrets"]["providers"]["vault"]["command"], "/bin/vault", "{branch}");
        let of_vault = &payload[branch]["models"]["providers"]["two"]["apiKey"];
        assert_eq!(*of_vault, json!({"source": "exec", "provider": "vault", "id": MARK}), "{branch}");
    }
}

#[test]
fn what_is_no_secret_is_shown_to_the_letter() {
    let text = r#"{ // a comment
      gateway: { auth: { mode: "token", token: "${GATEWAY_TOKEN}" } },
      agents: { defaults: { contextTokens: 32000, models: { "a/b": { params: { maxTokens: 100 } } } } },
      models: { providers: { a: { baseUrl: "https://a.example", apiKey: { source: "env", provider: "default", id: "A_KEY" }, models: [] } } } }"#;
    let payload = get(text);
    assert_eq!(payload["raw"], text);
    assert!(!payload.to_string().contains(MARK), "{payload}");
    assert_eq!(payload["valid"], true, "{payload}");
    let missing = ask(None, &ConfigAsk::Get).unwrap().payload;
    assert_eq!(
        (&missing["exists"], &missing["valid"], &missing["raw"]),
        (&false.into(), &true.into(), &Value::Null)
    );
}

#[test]
fn only_variables_that_hold_secrets_are_looked_for() {
    let env = [
        ("GIT_AUTHOR_NAME", "openclaw"),
        ("MAX_TOKENS", "200000"),
        ("MY_TOKEN", "planted-80-x"),
        ("A_PASSWORD", "planted-81-x"),
    ];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let config = json!({"a": "openclaw", "b": 200_000, "c": "x planted-80-x", "d": ["planted-81-x"]});
    let (shown, _) = redact(&config, &env, &Redactor::default(), &[]);
    assert_eq!(shown, json!({"a": "openclaw", "b": 200_000, "c": MARK, "d": [MARK]}));
}

#[test]
fn what_cannot_be_read_is_not_shown() {
    for text in ["{ gateway: { auth: { token: \"planted-50-x\" ", "[[[", "\u{0}"] {
        let payload = get(text);
        assert!(!payload.to_string().contains("planted"), "{payload}");
        assert_eq!((&payload["valid"], &payload["exists"]), (&false.into(), &true.into()), "{payload}");
        assert_eq!(payload["issues"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_base_hash_guards_every_change() {
    let set = |base: Option<&str>| {
        ask(
            Some("{}"),
            &ConfigAsk::Set { raw: "{logging:{level:'info'}}".into(), base: base.map(str::to_owned) },
        )
    };
    let words = |result: Result<Settled, Refusal>| result.unwrap_err().message;
    assert_eq!(words(set(None)), "config base hash required; re-run config.get and retry");
    assert_eq!(words(set(Some("x"))), "config changed since last load; re-run config.get and retry");
    let settled = set(Some(&hash(b"{}"))).unwrap();
    assert_eq!(settled.write.as_deref(), Some("{logging:{level:'info'}}"), "kept to the letter");
    assert!(ask(None, &ConfigAsk::Set { raw: "{}".into(), base: None }).is_ok(), "there is nothing to guard");
}

#[test]
fn what_is_sent_back_redacted_is_put_back() {
    let text = PLANTED;
    let shown = get(text)["config"].clone();
    let mut sent = shown.clone();
    sent["logging"] = json!({"level": "debug"});
    sent["gateway"].as_object_mut().unwrap().shift_remove("remote");
    let raw = sent.to_string();
    let error = ask(Some(text), &ConfigAsk::Set { raw, base: Some(hash(text.as_bytes())) });
    // `talk.apiKey` and the like are the channels' and plugins' affair, so this is accepted.
    let settled = error.unwrap();
    let next = written(&settled);
    assert_eq!(next["gateway"]["auth"]["token"], "planted-02-x");
    assert_eq!(next["channels"]["twilio"]["planted-29-x"], true);
    assert_eq!(next["channels"]["matrix"]["password"], 12_345_678_928_u64);
    assert_eq!(next["models"]["providers"]["two"]["apiKey"]["id"], "planted-15-x");
    assert!(!next.to_string().contains(MARK) && next["gateway"].get("remote").is_none());
    assert!(!settled.payload.to_string().contains("planted-"), "{}", settled.payload);
}

#[test]
fn a_mark_where_nothing_is_hidden_is_refused() {
    let text = r#"{"gateway": {"auth": {"token": "planted-60-x"}}}"#;
    for patched in [
        json!({"gateway": {"auth": {"password": MARK}}}),
        json!({"ui": {"seamColor": MARK}}),
        json!({"env": {(format!("{MARK}9")): "x"}}),
    ] {
        let refusal = patch(text, &patched).unwrap_err();
        assert!(
            refusal.message.starts_with("invalid config: ") && refusal.message.contains(MARK),
            "{refusal:?}"
        );
    }
}

#[test]
fn the_secret_of_one_item_never_gets_into_another() {
    let current =
        json!([{"url": "https://a", "token": "planted-a-1"}, {"url": "https://b", "token": "planted-b-2"}]);
    let (shown, _) = redact(&current, &BTreeMap::new(), &Redactor::default(), &[]);
    let back = |sent: Value| restore(&sent, &current, &shown);
    // The first is gone and the second changed: whose secret is meant cannot be told.
    assert_eq!(back(json!([{"url": "https://c", "token": MARK}])), Err("[0].token".to_owned()));
    assert_eq!(back(json!([shown[1]])), Ok(json!([current[1]])));
    assert_eq!(back(json!([shown[1], shown[0]])), Ok(json!([current[1], current[0]])));
    let moved = back(json!([{"url": "https://x", "token": MARK}, shown[1]]));
    assert_eq!(moved, Ok(json!([{"url": "https://x", "token": "planted-a-1"}, current[1]])));
}

#[test]
fn patches_merge_lists_by_id_and_remove_by_null() {
    let text = r#"{"agents": {"list": [{"id": "a", "name": "A", "model": "x/y"}, {"id": "b"}]}, "logging": {"level": "info", "file": "/l"}}"#;
    let settled = patch(text, &json!({"agents": {"list": [{"id": "b", "name": "B"}, {"id": "c"}, {"id": "a", "model": null}]}, "logging": {"file": null}})).unwrap();
    assert_eq!(
        written(&settled),
        json!({"agents": {"list": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}, {"id": "c"}]}, "logging": {"level": "info"}})
    );
    let noop = patch(text, &json!({"logging": {"level": "info"}})).unwrap();
    assert_eq!((noop.write, &noop.payload["noop"]), (None, &true.into()));
}

#[test]
fn what_the_schema_refuses_is_not_written() {
    let text = "{}";
    let wrong = json!({"gateway": {"port": "x", "prot": 1, "auth": {"mode": "tok"}}, "logging": {"level": 5}, "nope": 1});
    let refusal = patch(text, &wrong).unwrap_err();
    assert!(
        refusal.message.starts_with("invalid config: gateway.port: must be a whole number"),
        "{refusal:?}"
    );
    assert!(refusal.message.ends_with(" (+2 more issues)"), "{refusal:?}");
    assert_eq!(refusal.details.unwrap()["issues"].as_array().unwrap().len(), 5);
    let words = |text: &str, raw: &str| {
        let base = Some(hash(text.as_bytes()));
        ask(Some(text), &ConfigAsk::Patch { raw: raw.into(), base }).unwrap_err().message
    };
    assert_eq!(words("{}", "[]"), "config.patch raw must be an object");
    assert_eq!(words("{nope: 1}", "{}"), "invalid config; fix before patching");
    assert_eq!(
        words("{}", "{"),
        "patch:1:1: the `{` of the outermost value is never closed; add `}` at line 1, column 2, the end of the text"
    );
    let secret = patch("{}", &json!({"gateway": {"auth": {"mode": "sk-ant-api03-PLANTED61aaaaBBBBcccc"}}}))
        .unwrap_err();
    assert!(!format!("{secret:?}").contains("PLANTED61"), "{secret:?}");
}

#[test]
fn models_are_those_of_the_providers_that_can_be_used() {
    let text = r#"{models: {providers: {
      good: {baseUrl: "https://g.example", api: "openai-completions", apiKey: "planted-70-x", models: [{id: "m", name: "M", contextWindow: 5}]},
      bad: {models: [{id: "n", name: "N"}]} } },
      agents: {defaults: {models: {"good/m": {alias: "fast"}}}}}"#;
    let payload = ask(Some(text), &ConfigAsk::Models).unwrap().payload;
    assert_eq!(
        payload,
        json!({"models": [{"id": "m", "name": "M", "provider": "good", "alias": "fast", "contextWindow": 5}]})
    );
}

/// Configs of any shape, with names and values that are secrets here and there.
fn config() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z ]{0,12}",
        Just("sk-ant-api03-PLANTEDaaaaBBBB1111".to_owned()),
        Just("${NAME}".to_owned()),
        Just("correct-horse-7".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let name = prop_oneof![
        "[a-z]{1,5}",
        Just("id".to_owned()),
        Just("token".to_owned()),
        Just("headers".to_owned()),
        Just("env".to_owned()),
        Just("source".to_owned()),
        Just("password".to_owned()),
        Just("correct-horse-7".to_owned()),
        Just("API_KEY".to_owned()),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(crate::chance::tries(200))]

    #[test]
    fn what_is_hidden_and_sent_back_is_what_it_was(config in config()) {
        let (shown, hidden) = redact(&config, &BTreeMap::new(), &Redactor::default(), &["correct-horse-7".to_owned()]);
        prop_assert!(!shown.to_string().contains("correct-horse-7"), "{shown}");
        prop_assert!(!shown.to_string().contains("PLANTED"), "{shown}");
        prop_assert_eq!(hidden, shown != config);
        prop_assert_eq!(restore(&shown, &config, &shown), Ok(config));
    }

    #[test]
    fn items_of_a_list_keep_their_secrets_wherever_they_move(order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(), kept in 1..6_usize) {
        let item = |n: usize| json!({"id": format!("agent{n}"), "token": format!("planted-{n}-secret")});
        let current = Value::Array((0..6).map(item).collect());
        let (shown, _) = redact(&current, &BTreeMap::new(), &Redactor::default(), &[]);
        let sent = Value::Array(order.iter().take(kept).map(|n| shown[*n].clone()).collect());
        let wanted = Value::Array(order.iter().take(kept).map(|n| item(*n)).collect());
        prop_assert_eq!(restore(&sent, &current, &shown), Ok(wanted));
    }

    #[test]
    fn any_patch_of_any_config_is_answered(raw in "[\\[\\]{}:,\"'a-c0-9/* \n]{0,40}", patched in config()) {
        let _ = ask(Some(&raw), &ConfigAsk::Get);
        let _ = ask(Some("{}"), &ConfigAsk::Set { raw: raw.clone(), base: Some(hash(b"{}")) });
        if let Ok(settled) = patch("{}", &patched) {
            prop_assert!(!settled.payload.to_string().contains("PLANTED"));
        }
    }
}
