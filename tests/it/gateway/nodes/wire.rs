//! Nodes on real sockets, and a gateway that is killed.

use serde_json::{Value, json};

use crate::gateway::guest::{Ask, Guest, Key, SIX, connect};
use crate::gateway::subject::{Make, Subject, TOKEN};

/// A node with the shared token that offers these commands.
async fn node(port: u16, key: &Key, commands: &[&str]) -> Guest {
    let mut ask = Ask::cli(key, TOKEN, &[]).client("node-host", "node");
    ask.role = "node".to_owned();
    let met = crate::gateway::guest::connect_with(port, &ask, |nonce| {
        let mut params = ask.params(nonce, crate::gateway::guest::now_ms());
        params["commands"] = json!(commands);
        params
    });
    met.await.guest()
}

async fn operator(port: u16) -> Guest {
    connect(port, &Ask::cli(&Key::named("operator"), TOKEN, &SIX)).await.guest()
}

/// Approves what a node asks by its coming.
async fn approve(operator: &mut Guest) -> Value {
    let asked = operator.event("node.pair.requested").await;
    operator
        .call("node.pair.approve", json!({"requestId": asked["requestId"]}))
        .await
        .expect("it is approved")
}

#[tokio::test]
async fn what_an_operator_asks_a_node_does() {
    let subject = Subject::start(&Make::Ours(Vec::new()));
    let key = Key::named("node");
    let mut operator = operator(subject.port).await;
    let mut pi = node(subject.port, &key, &["system.notify", "system.run"]).await;
    let paired = approve(&mut operator).await;
    assert_eq!(paired["node"]["commands"], json!(["system.notify", "system.run"]));
    let told = pi.event("node.pair.resolved").await;
    let token = told["token"].as_str().expect("the node hears of its token").to_owned();
    let shows = json!({"nodeId": key.id(), "token": token});
    assert_eq!(operator.call("node.pair.verify", shows).await.expect("an answer")["ok"], true);
    assert!(!operator.event("node.pair.resolved").await.to_string().contains(&token), "nobody else does");

    let question = |command: &str| json!({"nodeId": key.id(), "command": command, "params": {"x": 1}, "idempotencyKey": "k"});
    let id = operator.ask("node.invoke", question("system.notify")).await;
    let asked = pi.event("node.invoke.request").await;
    assert_eq!(asked["paramsJSON"], r#"{"x":1}"#);
    // As the real node host answers: what is not there is null.
    let result = json!({"id": asked["id"], "nodeId": key.id(), "ok": true, "payloadJSON": "{\"done\":true}", "error": null});
    assert_eq!(pi.call("node.invoke.result", result.clone()).await, Ok(json!({"ok": true})));
    let answer = operator.answer(&id).await.expect("the node's answer");
    assert_eq!((&answer["payload"], &answer["ok"]), (&json!({"done": true}), &json!(true)));
    assert_eq!(pi.call("node.invoke.result", result).await, Ok(json!({"ok": true, "ignored": true})));

    // Two at once, answered the other way round.
    let first = operator.ask("node.invoke", question("system.notify")).await;
    let second = operator.ask("node.invoke", question("system.run")).await;
    let (one, two) = (pi.event("node.invoke.request").await, pi.event("node.invoke.request").await);
    for (asked, payload) in [(&two, "two"), (&one, "one")] {
        let result = json!({"id": asked["id"], "nodeId": key.id(), "ok": true, "payload": payload});
        pi.call("node.invoke.result", result).await.expect("it is taken");
    }
    assert_eq!(operator.answer(&second).await.expect("an answer")["payload"], "two");
    assert_eq!(operator.answer(&first).await.expect("an answer")["payload"], "one");

    let mut brief = question("system.notify");
    brief["timeoutMs"] = 1.into();
    let late = operator.call("node.invoke", brief).await.expect_err("it is too late");
    assert_eq!(late["message"], "TIMEOUT: node invoke timed out");

    pi.event("node.invoke.request").await;
    let id = operator.ask("node.invoke", question("system.notify")).await;
    pi.event("node.invoke.request").await;
    pi.leave().await;
    let gone = operator.answer(&id).await.expect_err("it is gone");
    assert_eq!(gone["message"], "Error: node disconnected (system.notify)");
    let gone = operator.call("node.invoke", question("system.notify")).await.expect_err("it is gone");
    assert_eq!(gone["details"]["code"], "NOT_CONNECTED");
}

#[tokio::test]
async fn a_pairing_that_was_answered_survives_a_kill_and_so_does_an_id() {
    let mut subject = Subject::start(&Make::Ours(Vec::new()));
    let key = Key::named("node");
    let mut one = operator(subject.port).await;
    let _pi = node(subject.port, &key, &["system.notify"]).await;
    let asked = one.event("node.pair.requested").await;
    let other = json!({"nodeId": "elsewhere", "displayName": "Cellar"});
    let waiting = one.call("node.pair.request", other.clone()).await.expect("it is asked");
    one.call("node.pair.approve", json!({"requestId": asked["requestId"]})).await.expect("approved");
    subject.restart();
    let mut two = operator(subject.port).await;
    let list = two.call("node.pair.list", json!({})).await.expect("a list");
    assert_eq!(list["paired"][0]["nodeId"], key.id());
    assert_eq!(list["pending"][0], {
        let mut entry = waiting["request"].clone();
        entry["requiredApproveScopes"] = json!(["operator.pairing"]);
        entry
    });
    let again = two.call("node.pair.request", other).await.expect("it is asked");
    assert_eq!(
        (&again["created"], &again["request"]["requestId"]),
        (&json!(false), &waiting["request"]["requestId"])
    );
    // What was approved is good for something, and nobody is asked again.
    let mut pi = node(subject.port, &key, &["system.notify"]).await;
    let params = json!({"nodeId": key.id(), "command": "system.notify", "idempotencyKey": "k"});
    let id = two.ask("node.invoke", params).await;
    let asked = pi.event("node.invoke.request").await;
    pi.call("node.invoke.result", json!({"id": asked["id"], "nodeId": key.id(), "ok": true}))
        .await
        .expect("taken");
    assert_eq!(two.answer(&id).await.expect("an answer")["ok"], true);
    two.call("node.pair.approve", json!({"requestId": waiting["request"]["requestId"]}))
        .await
        .expect("approved");
    assert!(!two.heard("node.pair.requested"));
}

#[tokio::test]
async fn the_config_says_which_commands_a_node_may_be_asked_for() {
    let nodes = json!({"allowCommands": ["camera.snap"], "denyCommands": ["system.run"]});
    let part = json!({"auth": {"mode": "token", "token": TOKEN}, "nodes": nodes});
    let subject = Subject::configured(&Make::Ours(Vec::new()), &part);
    let key = Key::named("node");
    let mut operator = operator(subject.port).await;
    let _pi = node(subject.port, &key, &["system.run", "camera.snap", "camera.clip"]).await;
    assert_eq!(approve(&mut operator).await["node"]["commands"], json!(["camera.snap"]));
    for denied in ["system.run", "camera.clip"] {
        let params = json!({"nodeId": key.id(), "command": denied, "idempotencyKey": "k"});
        let refused = operator.call("node.invoke", params).await.expect_err("it is denied");
        assert_eq!(refused["details"]["reason"], "command not allowlisted", "{denied}");
    }
}
