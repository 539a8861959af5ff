//! What happens around a gateway that runs: other processes write its files, its config changes, it
//! ends and begins again; and the ways in beside the shared token.
#![expect(clippy::disallowed_methods, reason = "these tests write the files of a gateway")]

use serde_json::{Value, json};

use super::fallback;
use super::guest::{self, Ask, Guest, Key, SIX, now_ms};
use super::subject::{Make, Subject, TOKEN};

fn ours(switches: &[&str]) -> Subject {
    Subject::start(&Make::Ours(switches.iter().map(|&switch| switch.to_owned()).collect()))
}

fn with(gateway: &Value) -> Subject {
    Subject::configured(&Make::Ours(Vec::new()), gateway)
}

async fn enter(subject: &Subject, ask: &Ask) -> Guest {
    guest::connect(subject.port, ask).await.guest()
}

async fn refused(subject: &Subject, ask: &Ask) -> Value {
    guest::connect(subject.port, ask).await.refusal()
}

fn cli(name: &str, scopes: &[&str]) -> Ask {
    Ask::cli(&Key::named(name), TOKEN, scopes)
}

fn by(auth: Value, ask: Ask) -> Ask {
    Ask { auth, ..ask }
}

/// Changes a file of the state folder as a program does that knows nothing of us.
fn edit(subject: &Subject, name: &str, change: impl FnOnce(&mut Value)) {
    let path = subject.state().join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
    let mut file: Value = serde_json::from_str(&text).expect("JSON");
    change(&mut file);
    let beside = path.with_extension("other");
    std::fs::write(&beside, serde_json::to_string_pretty(&file).expect("JSON")).expect("written");
    std::fs::rename(&beside, &path).expect("renamed");
}

#[tokio::test]
async fn a_device_that_is_removed_in_the_files_is_shown_the_door_although_nobody_asks() {
    let subject = ours(&[]);
    let mut gone = enter(&subject, &cli("gone", &["operator.read"])).await;
    let mut stays = enter(&subject, &cli("stays", &["operator.read"])).await;
    let id = Key::named("gone").id();
    edit(&subject, "devices/paired.json", |paired| drop(paired.as_object_mut().map(|all| all.remove(&id))));
    assert_eq!(gone.closed().await, (4001, "device removed".to_owned()));
    stays.call("status", json!({})).await.expect("it is still here");
}

#[tokio::test]
async fn a_token_that_is_revoked_in_the_files_is_revoked_although_nobody_asks() {
    let subject = ours(&[]);
    let mut gone = enter(&subject, &cli("gone", &["operator.read"])).await;
    let id = Key::named("gone").id();
    edit(&subject, "devices/paired.json", |paired| {
        paired[&id]["tokens"]["operator"]["revokedAtMs"] = now_ms().into();
    });
    assert_eq!(gone.closed().await.0, 4001);
    assert_eq!(refused(&subject, &cli("gone", &["operator.read"])).await["code"], "NOT_PAIRED");
}

#[tokio::test]
async fn an_approval_through_the_files_is_heard_although_nobody_asks() {
    let subject = ours(&["pairing.localUpgrade=ask"]);
    let mut admin = enter(&subject, &cli("admin", &SIX)).await;
    enter(&subject, &cli("asks", &["operator.read"])).await.leave().await;
    let error = refused(&subject, &cli("asks", &["operator.write"])).await;
    let id = error["details"]["requestId"].as_str().expect("an id").to_owned();
    assert_eq!(admin.event("device.pair.requested").await["requestId"], id.as_str());
    let (state, asked) = (subject.state(), id.clone());
    let done = tokio::task::spawn_blocking(move || fallback::approve(&state, &asked, || ())).await;
    assert_eq!(done.expect("it ran"), Ok(()));
    // Its own first contact and that of the device were events too.
    let mut resolved = admin.event("device.pair.resolved").await;
    while resolved["requestId"] != id.as_str() {
        resolved = admin.event("device.pair.resolved").await;
    }
    assert_eq!(resolved["decision"], "approved");
}

#[tokio::test]
async fn requests_and_grants_outlive_the_gateway() {
    let mut subject = ours(&["pairing.localUpgrade=ask"]);
    let kept = enter(&subject, &cli("kept", &["operator.read"])).await.token().to_owned();
    let wider = cli("kept", &["operator.write"]);
    let shown = refused(&subject, &wider).await["details"]["requestId"].clone();
    subject.restart();
    assert_eq!(refused(&subject, &wider).await["details"]["requestId"], shown, "the id is still good");
    let mut admin = enter(&subject, &cli("admin", &SIX)).await;
    admin.call("device.pair.approve", json!({"requestId": shown})).await.expect("approved");
    subject.restart();
    enter(&subject, &wider).await.leave().await;
    let old = by(json!({"deviceToken": kept}), cli("kept", &["operator.read"]));
    let error = refused(&subject, &old).await;
    assert_eq!(error["details"]["code"], "AUTH_DEVICE_TOKEN_MISMATCH", "the approval made a new one");
}

#[tokio::test]
async fn a_device_token_alone_lets_in_for_its_scopes() {
    let subject = ours(&[]);
    let token = enter(&subject, &cli("alone", &["operator.write"])).await.token().to_owned();
    for auth in [json!({"deviceToken": token}), json!({"token": token})] {
        let guest = enter(&subject, &by(auth.clone(), cli("alone", &["operator.read"]))).await;
        assert_eq!(guest.token(), token);
        let wider = by(auth, cli("alone", &["operator.admin"]));
        let error = refused(&subject, &wider).await;
        assert!(
            error["details"]["code"].as_str().is_some_and(|code| code.ends_with("TOKEN_MISMATCH")),
            "{error}"
        );
    }
    let other = by(json!({"deviceToken": token}), cli("another", &["operator.read"]));
    assert_eq!(refused(&subject, &other).await["details"]["code"], "AUTH_DEVICE_TOKEN_MISMATCH");
}

#[tokio::test]
async fn a_bootstrap_token_written_meanwhile_lets_one_node_in() {
    let subject = ours(&[]);
    enter(&subject, &cli("first", &["operator.read"])).await.leave().await;
    let token = "bootstrap-token-of-the-tests-0123456789abcdef";
    edit(&subject, "devices/bootstrap.json", |file| {
        let profile = json!({
            "roles": ["node", "operator"],
            "scopes": ["operator.approvals", "operator.read", "operator.talk.secrets", "operator.write"],
        });
        file[token] = json!({"token": token, "profile": profile, "issuedAtMs": now_ms(), "ts": now_ms()});
    });
    let node = |name: &str| {
        let ask = by(json!({"bootstrapToken": token}), cli(name, &[]).client("node-host", "node"));
        // From another machine: nothing about it would be silent without the token.
        Ask { role: "node".to_owned(), ..ask }.header("x-forwarded-for", "203.0.113.7")
    };
    let guest = enter(&subject, &node("phone")).await;
    let auth = &guest.hello["auth"];
    assert_eq!(
        (&auth["role"], auth["deviceToken"].as_str().map(str::len)),
        (&json!("node"), Some(43)),
        "{auth}"
    );
    assert_eq!(auth["deviceTokens"][0]["role"], "operator", "{auth}");
    let error = refused(&subject, &node("thief")).await;
    assert_eq!(error["details"]["code"], "AUTH_BOOTSTRAP_TOKEN_INVALID", "{error}");
}

#[tokio::test]
async fn another_protocol_is_refused_with_1002() {
    let subject = ours(&[]);
    let ask = cli("later", &["operator.read"]);
    let met = guest::connect_with(subject.port, &ask, |nonce| {
        let mut params = ask.params(nonce, now_ms());
        params["minProtocol"] = 4.into();
        params["maxProtocol"] = 5.into();
        params
    });
    let guest::Met::Refused { error, code, reason } = met.await else { panic!("it was let in") };
    assert_eq!((code, reason.as_str()), (1002, "protocol mismatch"));
    assert_eq!(error["details"], json!({"expectedProtocol": 3}));
}

#[tokio::test]
async fn a_password_nothing_or_a_proxy_may_be_asked_for() {
    let subject = with(&json!({"auth": {"mode": "password", "password": "open sesame"}}));
    let ask = |auth| by(auth, cli("word", &["operator.read"]));
    enter(&subject, &ask(json!({"password": "open sesame"}))).await.leave().await;
    for (auth, code) in [
        (json!({"password": "wrong"}), "AUTH_PASSWORD_MISMATCH"),
        (json!({"token": TOKEN}), "AUTH_PASSWORD_MISSING"),
        (json!({}), "AUTH_PASSWORD_MISSING"),
    ] {
        assert_eq!(refused(&subject, &ask(auth)).await["details"]["code"], code);
    }
    let subject = with(&json!({"auth": {"mode": "none"}}));
    let mut guest = enter(&subject, &ask(json!({}))).await;
    guest.call("status", json!({})).await.expect("it may read");
    let proxy = json!({"mode": "trusted-proxy", "trustedProxy": {"userHeader": "x-user"}});
    let subject = with(&json!({"auth": proxy, "trustedProxies": ["127.0.0.1"]}));
    let error = refused(&subject, &ask(json!({})).header("x-user", "somebody")).await;
    assert_eq!(error["details"]["authReason"], "trusted_proxy_loopback_source", "{error}");
}

#[tokio::test]
async fn the_address_behind_a_trusted_proxy_is_shown_in_token_mode_too() {
    let subject = with(&json!({"auth": {"mode": "token", "token": TOKEN}, "trustedProxies": ["127.0.0.1"]}));
    let far = cli("far", &["operator.read"]).header("x-forwarded-for", "203.0.113.7");
    assert_eq!(refused(&subject, &far).await["code"], "NOT_PAIRED");
    let mut admin = enter(&subject, &cli("admin", &SIX)).await;
    let listed = admin.call("device.pair.list", json!({})).await.expect("the list");
    assert_eq!(listed["pending"][0]["remoteIp"], "203.0.113.7", "{listed}");
}

#[tokio::test]
async fn a_secret_that_changes_ends_who_came_by_it_and_is_known_at_once() {
    let subject = ours(&[]);
    let token = enter(&subject, &cli("mine", &SIX)).await.token().to_owned();
    let mut by_secret = enter(&subject, &cli("mine", &["operator.read"])).await;
    let mut by_device = enter(&subject, &by(json!({"deviceToken": token}), cli("mine", &SIX))).await;
    let new = "another-secret-of-the-tests-9876543210";
    edit(&subject, "openclaw.json", |config| config["gateway"]["auth"]["token"] = new.into());
    assert_eq!(by_secret.closed().await, (4001, "gateway auth changed".to_owned()));
    // What the log says may quote anything: neither the new secret nor the old one is told on.
    let tail = by_device.call("logs.tail", json!({"limit": 1})).await.expect("the log");
    let log = std::path::PathBuf::from(tail["file"].as_str().expect("a path"));
    let mut text = std::fs::read_to_string(&log).expect("the log");
    text.push_str(&format!("{{\"0\":\"{new} and {TOKEN}\"}}\n"));
    std::fs::write(&log, text).expect("the log");
    let tail = by_device.call("logs.tail", json!({"limit": 1})).await.expect("the log").to_string();
    assert!(!tail.contains(new) && !tail.contains(TOKEN) && tail.contains(" and "), "{tail}");
    assert_eq!(refused(&subject, &cli("mine", &SIX)).await["details"]["code"], "AUTH_TOKEN_MISMATCH");
    enter(&subject, &by(json!({"token": new}), cli("mine", &SIX))).await.leave().await;
}

#[tokio::test]
async fn a_config_as_real_users_have_it_is_accepted() {
    let subject = with(&json!({
        "auth": {"mode": "token", "token": TOKEN}, "bind": "lan", "tls": {"enabled": true}, "novel": {"a": 1},
        "controlUi": {"basePath": "/ui", "novel": true}, "http": {"endpoints": {"chatCompletions": {"enabled": true}}},
    }));
    edit(&subject, "openclaw.json", |config| {
        config["channels"] =
            json!({"telegram": {"enabled": true, "botToken": "123456:abcdefghij", "novel": 1}});
        config["plugins"] = json!({"entries": {"whatsapp": {"enabled": true}}});
        config["novel"] = json!([1, 2]);
        config["agents"] = json!({"list": [{"id": "main"}, {"id": "side", "heartbeat": {"every": "45m"}}]});
    });
    let mut guest = enter(&subject, &cli("user", &SIX)).await;
    let mut beats = Value::Null;
    for _ in 0..200 {
        let health = guest.call("health", json!({"probe": true})).await.expect("health");
        beats = health["agents"][1]["heartbeat"]["everyMs"].clone();
        if beats == 2_700_000 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(beats, 2_700_000);
}

#[tokio::test]
async fn what_config_get_shows_can_be_written_back_and_the_secret_stays() {
    let subject = ours(&[]);
    let mut admin = enter(&subject, &cli("admin", &SIX)).await;
    for method in ["config.set", "config.apply", "config.patch"] {
        let shown = admin.call("config.get", json!({})).await.expect("the config");
        assert!(!shown.to_string().contains(TOKEN), "{shown}");
        let mut config = shown["config"].clone();
        config["logging"] = json!({"level": if method == "config.set" { "debug" } else { "warn" }});
        let params = json!({"raw": config.to_string(), "baseHash": shown["hash"]});
        let done = admin.call(method, params.clone()).await.expect(method);
        assert!(done["ok"] == true && !done.to_string().contains(TOKEN), "{method}: {done}");
        let text = std::fs::read_to_string(subject.state().join("openclaw.json")).expect("the config");
        assert!(text.contains(TOKEN) && !text.contains("REDACTED"), "{method}: {text}");
        if method == "config.set" {
            let stale = admin.call(method, params).await.expect_err("another hash");
            assert_eq!(stale["message"], "config changed since last load; re-run config.get and retry");
        }
    }
    enter(&subject, &cli("admin", &SIX)).await.leave().await;
    let empty = json!({"raw": "{}", "baseHash": "x"});
    for _ in 0..2 {
        let _ = admin.call("config.patch", empty.clone()).await;
    }
    let error = admin.call("config.patch", empty).await.expect_err("too often");
    assert_eq!(
        (&error["code"], &error["details"]["limit"]),
        (&json!("UNAVAILABLE"), &json!("3 per 60s")),
        "{error}"
    );
}

#[tokio::test]
async fn events_are_counted_for_all_and_heard_by_those_who_may() {
    let subject = ours(&[]);
    let mut admin = enter(&subject, &cli("admin", &SIX)).await;
    let mut reader = enter(&subject, &cli("reader", &["operator.read"])).await;
    let shown = refused(&subject, &cli("asks", &["operator.read"]).header("x-real-ip", "203.0.113.7")).await;
    let id = shown["details"]["requestId"].clone();
    let (seq, asked) = admin.numbered("device.pair.requested").await;
    assert_eq!(asked["requestId"], id);
    admin.call("device.pair.reject", json!({"requestId": id.clone()})).await.expect("rejected");
    let (mut next, mut resolved) = admin.numbered("device.pair.resolved").await;
    while resolved["requestId"] != id {
        (next, resolved) = admin.numbered("device.pair.resolved").await;
    }
    assert_eq!((next > seq, &resolved["decision"]), (true, &json!("rejected")));
    admin.call("system-event", json!({"text": "hello"})).await.expect("told");
    let (last, _) = reader.numbered("presence").await;
    assert!(last != seq && last != next, "one count for all");
    assert!(!reader.heard("device.pair.requested") && !reader.heard("device.pair.resolved"));
}

#[tokio::test]
async fn first_contacts_at_once_lock_nobody_out() {
    let subject = ours(&[]);
    for round in 0..20 {
        let ask = |scope: &str| cli(&format!("at-once-{round}"), &[scope]);
        let (read, approvals, pairing) =
            (ask("operator.read"), ask("operator.approvals"), ask("operator.pairing").client("cli", "probe"));
        let six = cli(&format!("at-once-{round}"), &SIX);
        let (a, b, c, d) = tokio::join!(
            enter(&subject, &read),
            enter(&subject, &approvals),
            enter(&subject, &pairing),
            enter(&subject, &six)
        );
        let tokens = [a.token(), b.token(), c.token(), d.token()];
        assert!(
            tokens.iter().all(|token| *token == tokens[0]),
            "round {round}: nobody's token was rotated away"
        );
    }
}

#[tokio::test]
async fn two_rotations_at_once_leave_one_token() {
    let subject = ours(&[]);
    let mut one = enter(&subject, &cli("admin-1", &SIX)).await;
    let mut two = enter(&subject, &cli("admin-2", &SIX)).await;
    for round in 0..20 {
        let name = format!("rotated-{round}");
        let ask = cli(&name, &["operator.read"]);
        let first = enter(&subject, &ask).await.token().to_owned();
        let params = json!({"deviceId": Key::named(&name).id(), "role": "operator"});
        let (a, b) = tokio::join!(
            one.call("device.token.rotate", params.clone()),
            two.call("device.token.rotate", params.clone())
        );
        let tokens = [a, b].map(|done| done.expect("rotated")["token"].as_str().expect("a token").to_owned());
        let mut good = 0;
        for token in tokens.iter().chain([&first]) {
            let met = guest::connect(subject.port, &by(json!({"deviceToken": token}), ask.clone())).await;
            good += usize::from(matches!(met, guest::Met::In(_)));
        }
        assert_eq!(good, 1, "round {round}");
    }
}

#[tokio::test]
async fn an_approval_that_was_answered_outlives_a_kill() {
    let mut subject = ours(&["pairing.localUpgrade=ask"]);
    for round in 0..5 {
        let name = format!("killed-{round}");
        enter(&subject, &cli(&name, &["operator.read"])).await.leave().await;
        let wider = cli(&name, &["operator.write"]);
        let id = refused(&subject, &wider).await["details"]["requestId"].clone();
        let mut admin = enter(&subject, &cli("admin", &SIX)).await;
        admin.call("device.pair.approve", json!({"requestId": id})).await.expect("approved");
        subject.restart();
        enter(&subject, &wider).await.leave().await;
        let mut admin = enter(&subject, &cli("admin", &SIX)).await;
        let again = admin.call("device.pair.approve", json!({"requestId": id})).await.expect_err("done");
        assert_eq!(again["message"], "unknown requestId");
    }
}

#[tokio::test]
async fn a_node_is_listed_and_may_do_what_nodes_may() {
    let subject = ours(&[]);
    let ask = cli("node", &[]).client("node-host", "node");
    let ask = Ask { role: "node".to_owned(), ..ask };
    let mut admin = enter(&subject, &cli("admin", &SIX)).await;
    let mut node = enter(&subject, &ask).await;
    assert_eq!(node.hello["auth"]["role"], "node");
    let id = Key::named("node").id();
    assert_eq!(admin.event("node.pair.requested").await["nodeId"], id.as_str());
    let listed = admin.call("node.list", json!({})).await.expect("the list");
    assert_eq!((&listed["nodes"][0]["nodeId"], &listed["nodes"][0]["connected"]), (&json!(id), &json!(true)));
    let told = admin.call("node.describe", json!({"nodeId": id})).await.expect("told");
    assert_eq!(told["nodeId"], id.as_str());
    let error = node.call("node.list", json!({})).await.expect_err("not for nodes");
    assert_eq!(error["message"], "unauthorized role: node");
    node.call("health", json!({})).await.expect("health asks for nothing");
    let pairs = admin.call("node.pair.list", json!({})).await.expect("the list");
    let request = pairs["pending"][0]["requestId"].clone();
    let done = admin.call("node.pair.approve", json!({"requestId": request})).await.expect("approved");
    assert!(done["node"]["nodeId"] == id.as_str() && done["node"].get("token").is_none(), "{done}");
    // A node with scopes of an operator asks for what its role cannot have.
    let scoped = Ask { scopes: vec!["operator.read".to_owned()], ..ask };
    assert_eq!(refused(&subject, &scoped).await["code"], "NOT_PAIRED");
}
