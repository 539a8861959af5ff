//! The race and handshake rows over real sockets, each on a gateway process of its own kind.
//!
//! The pairing book is held to the same rows case by case (`tests/cases/gateway/pairing`); here it
//! is the whole gateway, its files and its sockets. Numbers are those of the acceptance rows.

use serde_json::{Value, json};

use super::fallback;
use super::guest::{self, Ask, Guest, Key, SIX, now_ms};
use super::subject::{Make, Subject, TOKEN};

fn ours() -> Subject {
    Subject::start(&Make::Ours(Vec::new()))
}

fn asking() -> Subject {
    Subject::start(&Make::Ours(vec!["pairing.localUpgrade=ask".to_owned()]))
}

async fn refused(port: u16, ask: &Ask) -> Value {
    guest::connect(port, ask).await.refusal()
}

async fn enter(port: u16, ask: &Ask) -> Guest {
    guest::connect(port, ask).await.guest()
}

/// A device of a name, let in with these scopes.
async fn paired(port: u16, name: &str, scopes: &[&str]) -> Key {
    let key = Key::named(name);
    enter(port, &Ask::cli(&key, TOKEN, scopes)).await.leave().await;
    key
}

async fn admin(port: u16) -> Guest {
    enter(port, &Ask::cli(&Key::named("admin"), TOKEN, &SIX)).await
}

fn backend(key: &Key, scopes: &[&str]) -> Ask {
    Ask::cli(key, TOKEN, scopes).client("gateway-client", "backend")
}

fn request_of(error: &Value) -> String {
    error["details"]["requestId"].as_str().unwrap_or_else(|| panic!("no request in {error}")).to_owned()
}

async fn approve(admin: &mut Guest, request: &str) -> Result<Value, Value> {
    admin.call("device.pair.approve", json!({"requestId": request})).await
}

#[tokio::test]
async fn row_1_a_probe_first_locks_nobody_out() {
    let subject = ours();
    let key = Key::named("one");
    enter(subject.port, &Ask::cli(&key, TOKEN, &["operator.read"]).client("cli", "probe"))
        .await
        .leave()
        .await;
    let mut cli = enter(subject.port, &Ask::cli(&key, TOKEN, &SIX)).await;
    assert_eq!(cli.token_scopes(), ["operator.read"], "the grant is what the first contact asked");
    let listed = cli.call("device.pair.list", json!({})).await.expect("it may list");
    assert_eq!(listed["paired"][0]["scopes"], json!(["operator.read"]));
}

#[tokio::test]
async fn row_2_a_backend_is_answered_alike_before_and_after_a_probe() {
    let subject = ours();
    let key = Key::named("two");
    let before = enter(subject.port, &backend(&key, &["operator.admin"])).await;
    assert_eq!(before.hello.get("auth"), None, "there is no record yet");
    enter(subject.port, &Ask::cli(&key, TOKEN, &["operator.read"])).await.leave().await;
    let mut after = enter(subject.port, &backend(&key, &["operator.admin"])).await;
    after.call("device.pair.list", json!({})).await.expect("admin all the same");
}

#[tokio::test]
async fn rows_4_to_6_looking_and_connecting_spoil_nothing() {
    let subject = asking();
    let key = paired(subject.port, "four", &["operator.read"]).await;
    let shown = request_of(&refused(subject.port, &backend(&key, &["operator.approvals"])).await);
    for _ in 0..8 {
        let six = request_of(&refused(subject.port, &Ask::cli(&key, TOKEN, &SIX)).await);
        assert_ne!(six, shown, "more is another request");
        let again = request_of(&refused(subject.port, &backend(&key, &["operator.approvals"])).await);
        assert_eq!(again, shown, "the same ask keeps its id");
    }
    let mut admin = admin(subject.port).await;
    let device = approve(&mut admin, &shown).await.expect("what was shown is approvable");
    assert_eq!(device["device"]["scopes"], json!(["operator.read", "operator.approvals"]));
}

#[tokio::test]
async fn row_8_an_approval_inside_the_event_wins() {
    let subject = asking();
    let key = paired(subject.port, "eight", &["operator.read"]).await;
    let mut admin = admin(subject.port).await;
    let id = request_of(&refused(subject.port, &backend(&key, &["operator.write"])).await);
    let event = admin.event("device.pair.requested").await;
    assert_eq!(event["requestId"], id.as_str());
    approve(&mut admin, &id).await.expect("approved");
    let resolved = admin.event("device.pair.resolved").await;
    assert_eq!((&resolved["requestId"], &resolved["decision"]), (&json!(id), &json!("approved")));
}

#[tokio::test]
async fn row_9_a_subset_keeps_the_id() {
    let subject = asking();
    let key = paired(subject.port, "nine", &["operator.read"]).await;
    let id = request_of(&refused(subject.port, &Ask::cli(&key, TOKEN, &SIX)).await);
    for _ in 0..5 {
        assert_eq!(request_of(&refused(subject.port, &backend(&key, &["operator.approvals"])).await), id);
    }
}

#[tokio::test]
async fn row_11_approve_against_a_superseding_connect_25_of_25() {
    let subject = asking();
    let mut admin = admin(subject.port).await;
    for round in 0..25 {
        let key = paired(subject.port, &format!("eleven-{round}"), &["operator.read"]).await;
        let id = request_of(&refused(subject.port, &backend(&key, &["operator.approvals"])).await);
        let six = Ask::cli(&key, TOKEN, &SIX);
        let (done, _) = tokio::join!(approve(&mut admin, &id), guest::connect(subject.port, &six));
        done.unwrap_or_else(|error| panic!("round {round}: {error}"));
    }
}

#[tokio::test]
async fn rows_12_and_13_the_first_decision_counts() {
    let subject = asking();
    let key = paired(subject.port, "twelve", &["operator.read"]).await;
    let (mut one, mut two) = (admin(subject.port).await, admin(subject.port).await);
    for second in ["device.pair.approve", "device.pair.reject"] {
        let scope = if second.ends_with("approve") { "operator.write" } else { "operator.pairing" };
        let id = request_of(&refused(subject.port, &backend(&key, &[scope])).await);
        let (first, other) = tokio::join!(
            one.call("device.pair.approve", json!({"requestId": id})),
            two.call(second, json!({"requestId": id}))
        );
        let lost = [first, other].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert_eq!(lost.len(), 1, "{lost:?}");
        assert_eq!(lost[0]["message"], "unknown requestId");
    }
}

#[tokio::test]
async fn row_14_approvals_through_the_files_are_kept_40_of_40() {
    let subject = asking();

    for round in 0..40 {
        let key = paired(subject.port, &format!("fourteen-{round}"), &["operator.read"]).await;
        let id = request_of(&refused(subject.port, &backend(&key, &["operator.approvals"])).await);
        let (port, state, other) = (subject.port, subject.state(), Key::named(&format!("beside-{round}")));
        let asked = id.clone();
        let runtime = tokio::runtime::Handle::current();
        // Between the other process's read and its write, the gateway writes both files.
        let between = move || {
            runtime.block_on(async {
                enter(port, &Ask::cli(&other, TOKEN, &["operator.read"])).await.leave().await;
            });
        };
        let done = tokio::task::spawn_blocking(move || fallback::approve(&state, &asked, between)).await;
        assert_eq!(done.expect("it ran"), Ok(()));
        enter(subject.port, &backend(&key, &["operator.approvals"])).await.leave().await;
        let beside = Key::named(&format!("beside-{round}"));
        let ask = Ask::cli(&beside, TOKEN, &["operator.write"]);
        assert_eq!(
            refused(subject.port, &ask).await["details"]["reason"],
            "scope-upgrade",
            "it is still known"
        );
    }
    let paired = fallback::read(&subject.state(), "paired.json");
    for round in 0..40 {
        let id = Key::named(&format!("fourteen-{round}")).id();
        let want = json!(["operator.read", "operator.approvals"]);
        assert_eq!(paired[&id]["approvedScopes"], want, "round {round}");
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "it breaks a file on purpose")]
async fn row_15_a_store_that_cannot_be_read_is_not_written() {
    let subject = ours();
    paired(subject.port, "fifteen", &["operator.read"]).await;
    let file = subject.state().join("devices/paired.json");
    std::fs::write(&file, "{ \"broken\": ").expect("written");
    let error = refused(subject.port, &Ask::cli(&Key::named("fifteen"), TOKEN, &["operator.read"])).await;
    assert_eq!(error["code"], "UNAVAILABLE", "{error}");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("paired.json")), "{error}");
    assert_eq!(std::fs::read_to_string(&file).expect("there"), "{ \"broken\": ");
}

#[tokio::test]
async fn row_18_an_old_token_is_told_from_a_wrong_one() {
    let subject = ours();
    let key = Key::named("eighteen");
    let old = enter(subject.port, &Ask::cli(&key, TOKEN, &["operator.read"])).await.token().to_owned();
    let mut admin = admin(subject.port).await;
    let params = json!({"deviceId": key.id(), "role": "operator"});
    let rotated = admin.call("device.token.rotate", params).await.expect("rotated");
    assert_ne!(rotated["token"], old.as_str());
    let mut ask = Ask::cli(&key, &old, &["operator.read"]);
    let error = refused(subject.port, &ask).await;
    assert_eq!(error["details"]["code"], "AUTH_TOKEN_MISMATCH", "{error}");
    assert_eq!(error["details"]["canRetryWithDeviceToken"], true);
    ask.auth = json!({"deviceToken": old});
    assert_eq!(refused(subject.port, &ask).await["details"]["code"], "AUTH_DEVICE_TOKEN_MISMATCH");
    // Row 36: a stale shared token beside a good device token.
    ask.auth = json!({"token": "stale", "deviceToken": rotated["token"]});
    enter(subject.port, &ask).await.leave().await;
}

#[tokio::test]
async fn row_19_an_approval_never_narrows_the_token() {
    let subject = asking();
    let key = paired(subject.port, "nineteen", &["operator.read"]).await;
    let id = request_of(&refused(subject.port, &backend(&key, &["operator.approvals"])).await);
    let mut admin = admin(subject.port).await;
    approve(&mut admin, &id).await.expect("approved");
    let both = enter(subject.port, &backend(&key, &["operator.approvals", "operator.read"])).await;
    assert_eq!(both.token_scopes(), ["operator.approvals", "operator.read"]);
    let mut ask = Ask::cli(&key, TOKEN, &["operator.read"]);
    ask.auth = json!({"deviceToken": both.token()});
    enter(subject.port, &ask).await.leave().await;
}

#[tokio::test]
async fn row_21_revoked_stays_revoked_over_restarts_too() {
    let mut subject = ours();
    let key = paired(subject.port, "twenty-one", &["operator.read"]).await;
    let mut one = admin(subject.port).await;
    one.call("device.token.revoke", json!({"deviceId": key.id(), "role": "operator"}))
        .await
        .expect("revoked");
    let tries: [Ask; 4] = [
        Ask::cli(&key, TOKEN, &["operator.read"]),
        Ask::cli(&key, TOKEN, &SIX),
        backend(&key, &["operator.admin"]),
        Ask::cli(&key, TOKEN, &[]),
    ];
    for ask in &tries {
        assert_eq!(refused(subject.port, ask).await["code"], "NOT_PAIRED");
    }
    subject.restart();
    let id = request_of(&refused(subject.port, &tries[0]).await);
    let mut admin = admin(subject.port).await;
    approve(&mut admin, &id).await.expect("an explicit approval is the way back");
    enter(subject.port, &tries[0]).await.leave().await;
}

#[tokio::test]
async fn row_23_a_removed_device_is_shown_the_door() {
    let subject = ours();
    let mut admin = admin(subject.port).await;
    for (name, method) in
        [("r", "device.pair.remove"), ("s", "device.token.rotate"), ("t", "device.token.revoke")]
    {
        let key = Key::named(name);
        let mut inside = enter(subject.port, &Ask::cli(&key, TOKEN, &["operator.read"])).await;
        let params = match method {
            "device.pair.remove" => json!({"deviceId": key.id()}),
            _ => json!({"deviceId": key.id(), "role": "operator"}),
        };
        admin.call(method, params).await.expect(method);
        let reason = if method == "device.pair.remove" { "device removed" } else { "device token withdrawn" };
        assert_eq!(inside.closed().await, (4001, reason.to_owned()), "{method}");
    }
    let removed = Ask::cli(&Key::named("r"), TOKEN, &["operator.read"]);
    assert_eq!(refused(subject.port, &removed).await["details"]["reason"], "not-paired");
}

#[tokio::test]
async fn row_26_metadata_is_pinned() {
    let subject = ours();
    let key = paired(subject.port, "twenty-six", &["operator.read"]).await;
    let mut ask = Ask::cli(&key, TOKEN, &["operator.read"]);
    ask.platform = "darwin".to_owned();
    assert_eq!(refused(subject.port, &ask).await["details"]["reason"], "metadata-upgrade");
    ask.platform = "LINUX ".to_owned();
    enter(subject.port, &ask).await.leave().await;
    ask.family = Some("Toaster".to_owned());
    enter(subject.port, &ask).await.leave().await;
}

#[tokio::test]
async fn rows_28_and_38_nobody_gives_what_he_has_not() {
    let subject = asking();
    let key = paired(subject.port, "target", &["operator.read"]).await;
    let id = request_of(&refused(subject.port, &backend(&key, &["operator.admin"])).await);
    let weak = Ask::cli(&Key::named("weak"), TOKEN, &["operator.pairing", "operator.read"]);
    let mut weak = enter(subject.port, &weak).await;
    assert_eq!(
        approve(&mut weak, &id).await.expect_err("too weak")["message"],
        "missing scope: operator.admin"
    );
    let device = json!({"deviceId": key.id()});
    let token = json!({"deviceId": key.id(), "role": "operator"});
    for (method, params, words) in [
        ("device.pair.remove", &device, "device pairing removal denied"),
        ("device.token.rotate", &token, "device token rotation denied"),
        ("device.token.revoke", &token, "device token revocation denied"),
    ] {
        assert_eq!(weak.call(method, params.clone()).await.expect_err(method)["message"], words);
    }
    let strong = paired(subject.port, "strong", &["operator.admin"]).await;
    enter(subject.port, &Ask::cli(&strong, TOKEN, &SIX)).await.leave().await;
    let foreign = Ask::cli(&strong, TOKEN, &["foo.bar"]);
    assert_eq!(refused(subject.port, &foreign).await["code"], "NOT_PAIRED");
}

#[tokio::test]
async fn rows_29_and_40_what_is_not_local_is_not_silent() {
    let subject = ours();
    let port = subject.port;
    let from = |name: &str| Ask::cli(&Key::named(name), TOKEN, &["operator.read"]);
    let browser = from("browser").header("origin", &format!("http://127.0.0.1:{port}"));
    assert_eq!(refused(port, &browser).await["code"], "NOT_PAIRED");
    let evil = from("evil").header("origin", "https://evil.example");
    assert_eq!(refused(port, &evil).await["details"]["code"], "CONTROL_UI_ORIGIN_NOT_ALLOWED");
    let hosted = from("hosted").header("host", "gw.example.com");
    assert_eq!(refused(port, &hosted).await["code"], "NOT_PAIRED");
    let proxied = from("proxied").header("x-forwarded-for", "203.0.113.9");
    assert_eq!(refused(port, &proxied).await["code"], "NOT_PAIRED");
    let mut bare = from("nobody");
    bare.key = None;
    let mut guest = enter(port, &bare).await;
    assert_eq!(
        guest.call("status", json!({})).await.expect_err("no scopes")["message"],
        "missing scope: operator.read"
    );
    guest.call("health", json!({})).await.expect("health asks for nothing");
}

#[tokio::test]
async fn a_token_works_after_restart_and_never_stands_in_the_files() {
    let mut subject = ours();
    let key = Key::named("kept");
    let token = enter(subject.port, &Ask::cli(&key, TOKEN, &["operator.read"])).await.token().to_owned();
    let files = || {
        let folder = subject.state().join("devices");
        let entries = folder.read_dir().expect("the folder").map(|entry| entry.expect("an entry").path());
        entries.map(|path| read(&path)).collect::<String>()
    };
    assert!(!files().contains(&token), "a token at rest");
    assert!(!files().contains(TOKEN), "the shared token at rest");
    subject.restart();
    let mut ask = Ask::cli(&key, TOKEN, &["operator.read"]);
    ask.auth = json!({"deviceToken": token});
    let again = enter(subject.port, &ask).await;
    assert_eq!(again.token(), token, "a connect rotates nothing");
}

#[expect(clippy::disallowed_methods, reason = "it looks for secrets in files")]
fn read(path: &std::path::Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).expect("readable")).into_owned()
}

#[tokio::test]
async fn a_signature_of_another_time_or_nonce_does_not_fit() {
    let subject = ours();
    let key = Key::named("signed");
    let ask = Ask::cli(&key, TOKEN, &["operator.read"]);
    for (change, code) in [("old", "DEVICE_AUTH_SIGNATURE_EXPIRED"), ("nonce", "DEVICE_AUTH_NONCE_MISMATCH")]
    {
        let refusal = guest::connect_with(subject.port, &ask, |nonce| match change {
            "old" => ask.params(nonce, now_ms() - 121_000),
            _ => ask.params("5f0c8a3e-0000-4000-8000-000000000000", now_ms()),
        });
        assert_eq!(refusal.await.refusal()["details"]["code"], code);
    }
}
