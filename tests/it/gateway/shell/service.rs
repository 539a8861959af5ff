//! After hello-ok: ticks, lists, rotation, removal, the end.

use std::time::Duration;

use futures_util::SinkExt;
use provoke::config::Secret;
use provoke::gateway::settings::{AuthMode, Limits, Settings};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::{Rig, SIX, TOKEN, connect, dial, settings};

#[tokio::test]
async fn ticks_come_and_events_are_counted() {
    let rig = Rig::with(Limits { tick: Duration::from_millis(20), ..Limits::default() }).await;
    let (mut client, hello) = rig.guest(1, &SIX).await;
    assert_eq!(hello["policy"]["tickIntervalMs"], 20);
    let mut last = 0;
    for _ in 0..5 {
        let tick = client.event("tick").await;
        let seq = tick["seq"].as_u64().expect("a broadcast has a seq");
        assert!(seq > last && tick["payload"]["ts"].is_u64(), "{tick}");
        last = seq;
    }
}

#[tokio::test]
async fn requests_that_are_wrong_are_answered_and_the_socket_stays() {
    let rig = Rig::new().await;
    let (mut client, _) = rig.guest(1, &SIX).await;
    client.say("{").await;
    client.say("{\"id\":\"\",\"type\":\"req\"}").await;
    let mut frame = client.json().await;
    while frame["type"] != "res" {
        frame = client.json().await;
    }
    assert_eq!(frame["id"], "", "what is not JSON has no answer");
    let message = frame["error"]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("invalid request frame: "), "{frame}");
    let told = async |client: &mut super::Client, method, params| {
        client.call(method, params).await["error"]["message"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(told(&mut client, "no.such", json!({})).await, "unknown method: no.such");
    assert_eq!(told(&mut client, "connect", json!({})).await, "connect is only valid as the first request");
    let words = "invalid logs.tail params: at /limit: must be integer";
    assert_eq!(told(&mut client, "logs.tail", json!({"limit": "x"})).await, words);
    let (mut narrow, _) = rig.guest(2, &["operator.read"]).await;
    assert_eq!(told(&mut narrow, "no.such", json!({})).await, "missing scope: operator.admin");
    assert!(rig.logged("parse/handle error: "));
    assert!(rig.logged("⇄ res ✗ no.such"));
}

#[tokio::test]
async fn a_node_that_keeps_asking_for_what_is_not_its_is_shown_out_at_the_eleventh() {
    let rig = Rig::new().await;
    let (mut client, nonce) = rig.challenged().await;
    client.send(&connect(3, &nonce, &[], "node", json!({"token": TOKEN}))).await;
    assert_eq!(client.json().await["payload"]["type"], "hello-ok");
    for round in 0..2 {
        for _ in 0..(10 + round) {
            let answer = client.call("status", json!({})).await;
            assert_eq!(answer["error"]["message"], "unauthorized role: node");
        }
        // Another answer between them, and the count begins anew.
        if round == 0 {
            assert_eq!(client.call("health", json!({})).await["ok"], true);
        }
    }
    assert_eq!(client.closed().await, (1008, "repeated unauthorized calls".to_owned()));
}

#[tokio::test]
async fn a_changed_secret_closes_those_who_came_by_it_and_no_others() {
    let rig = Rig::new().await;
    let (mut by_secret, hello) = rig.guest(1, &SIX).await;
    let (mut by_device, nonce) = rig.challenged().await;
    let auth = json!({"deviceToken": hello["auth"]["deviceToken"]});
    by_device.send(&connect(1, &nonce, &SIX, "operator", auth)).await;
    assert_eq!(by_device.json().await["payload"]["type"], "hello-ok");
    let same = settings(Limits::default());
    rig.server.reconfigure(same.clone()).await;
    assert_eq!(by_secret.call("health", json!({})).await["ok"], true, "the same secret changes nothing");
    let auth = AuthMode::Token(Some(Secret::new("another-secret")));
    rig.server.reconfigure(Settings { auth, ..same }).await;
    assert_eq!(by_secret.closed().await, (4001, "gateway auth changed".to_owned()));
    assert_eq!(by_device.call("health", json!({})).await["ok"], true);
    let (mut late, nonce) = rig.challenged().await;
    late.send(&connect(1, &nonce, &SIX, "operator", json!({"token": TOKEN}))).await;
    assert_eq!(late.json().await["error"]["details"]["code"], "AUTH_TOKEN_MISMATCH");
}

#[tokio::test]
async fn a_removed_device_is_closed_and_events_go_to_whom_they_may() {
    let rig = Rig::new().await;
    let (mut admin, _) = rig.guest(1, &SIX).await;
    let (mut other, hello) = rig.guest(2, &["operator.read"]).await;
    let device = hello["auth"]["deviceToken"].as_str().map(|_| {
        provoke::gateway::identity::device_id(
            ed25519_dalek::SigningKey::from_bytes(&[2; 32]).verifying_key().as_bytes(),
        )
    });
    let removed = admin.call("device.pair.remove", json!({"deviceId": device})).await;
    assert_eq!(removed["ok"], true, "{removed}");
    assert_eq!(other.closed().await, (4001, "device removed".to_owned()));
    assert_eq!(admin.call("health", json!({})).await["ok"], true);
}

#[tokio::test]
async fn pings_are_answered_and_fragments_put_together() {
    let rig = Rig::new().await;
    let (mut client, _) = rig.guest(1, &SIX).await;
    client.event("health").await;
    client.0.send(Message::Ping(b"are you there"[..].into())).await.expect("it is open");
    assert!(matches!(client.next().await, Some(Message::Pong(said)) if said == "are you there"));
    let request = json!({"type": "req", "id": "f", "method": "health"}).to_string();
    let (head, tail) = request.split_at(20);
    let part = |bytes: &str, code, last| {
        Message::Frame(Frame::message(bytes.as_bytes().to_vec(), OpCode::Data(code), last))
    };
    client.0.send(part(head, Data::Text, false)).await.expect("it is open");
    client.0.send(Message::Ping(b"between"[..].into())).await.expect("it is open");
    client.0.send(part("", Data::Continue, false)).await.expect("it is open");
    client.0.send(part(tail, Data::Continue, true)).await.expect("it is open");
    assert!(matches!(client.next().await, Some(Message::Pong(said)) if said == "between"));
    assert_eq!(client.json().await["id"], "f");
}

#[tokio::test]
async fn when_the_gateway_stops_everybody_hears_it_and_is_closed() {
    let rig = Rig::new().await;
    let (mut client, _) = rig.guest(1, &SIX).await;
    let (mut stranger, _) = rig.challenged().await;
    let address = ([127, 0, 0, 1], rig.server.port).into();
    let (stopped, ()) = tokio::join!(rig.server.stop("gateway stopping"), async {
        assert_eq!(client.event("shutdown").await["payload"]["reason"], "gateway stopping");
        assert_eq!(client.closed().await, (1012, "service restart".to_owned()));
        assert_eq!(stranger.closed().await, (1012, "service restart".to_owned()));
        // Reading on lets the other side have our half of the goodbye.
        assert!(client.next().await.is_none() && stranger.next().await.is_none());
    });
    let () = stopped;
    assert!(dial(address, "/").await.is_err(), "nobody listens any more");
}
