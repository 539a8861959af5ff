//! From the open socket to hello-ok, or to the door.

use std::time::Duration;

use provoke::gateway::settings::Limits;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{Rig, SIX, TOKEN, connect, dial};

#[tokio::test]
async fn a_local_caller_with_the_token_is_let_in_and_hears_of_the_health() {
    let rig = Rig::new().await;
    let (mut client, hello) = rig.guest(1, &SIX).await;
    assert_eq!(hello["protocol"], 3);
    assert_eq!(hello["features"]["methods"].as_array().map(Vec::len), Some(129));
    assert_eq!(hello["features"]["events"].as_array().map(Vec::len), Some(24));
    assert_eq!(hello["snapshot"]["authMode"], "token");
    assert_eq!(hello["snapshot"]["sessionDefaults"]["mainSessionKey"], "agent:main:main");
    assert_eq!(hello["auth"]["deviceToken"].as_str().map(str::len), Some(43));
    let policy = json!({"maxPayload": 26_214_400, "maxBufferedBytes": 52_428_800, "tickIntervalMs": 30_000});
    assert_eq!(hello["policy"], policy);
    let health = client.json().await;
    assert_eq!((&health["event"], health["seq"].is_u64()), (&json!("health"), true), "{health}");
    assert!(health["stateVersion"]["health"].is_u64());
    assert_eq!(client.call("health", json!({})).await["payload"]["ok"], true);
    let (_, narrow) = rig.guest(2, &["operator.read"]).await;
    assert!(narrow["snapshot"].get("authMode").is_none() && narrow["snapshot"].get("stateDir").is_none());
}

#[tokio::test]
async fn every_first_frame_that_is_no_good_connect_is_shown_out_in_the_right_words() {
    let rig = Rig::new().await;
    let wrong = |part: &str| json!({"type": "req", "id": "c", "method": "connect", "params": part});
    let cases = [
        ("{".to_owned(), None, 1000, ""),
        ("[]".to_owned(), None, 1008, "invalid request frame"),
        (
            json!({"type": "req", "id": "a", "method": "health"}).to_string(),
            Some("invalid handshake: first request must be connect"),
            1008,
            "invalid handshake: first request must be connect",
        ),
        (
            wrong("x").to_string(),
            Some("invalid connect params: must be object"),
            1008,
            "invalid connect params: must be object",
        ),
    ];
    for (text, answer, code, reason) in cases {
        let (mut client, _) = rig.challenged().await;
        client.say(&text).await;
        if let Some(answer) = answer {
            let frame = client.json().await;
            assert_eq!((&frame["ok"], &frame["error"]["message"]), (&json!(false), &json!(answer)), "{text}");
        }
        assert_eq!(client.closed().await, (code, reason.to_owned()), "{text}");
    }
    let (mut client, nonce) = rig.challenged().await;
    client.send(&connect(1, &nonce, &SIX, "operator", json!({"token": "wrong"}))).await;
    let frame = client.json().await;
    assert_eq!(frame["error"]["details"]["code"], "AUTH_TOKEN_MISMATCH", "{frame}");
    let (code, reason) = client.closed().await;
    assert_eq!((code, reason.as_str()), (1008, frame["error"]["message"].as_str().unwrap_or_default()));
    let mut old = connect(1, "x", &SIX, "operator", json!({"token": TOKEN}));
    old["params"]["minProtocol"] = 4.into();
    old["params"]["maxProtocol"] = 5.into();
    let (mut client, _) = rig.challenged().await;
    client.send(&old).await;
    assert_eq!(client.json().await["error"]["details"]["expectedProtocol"], 3);
    assert_eq!(client.closed().await, (1002, "protocol mismatch".to_owned()));
    assert!(rig.logged("closed before connect") && rig.logged("reason=token_mismatch"));
}

#[tokio::test]
async fn a_nonce_of_another_socket_is_no_nonce() {
    let rig = Rig::new().await;
    let (_first, nonce) = rig.challenged().await;
    let (mut second, _) = rig.challenged().await;
    second.send(&connect(1, &nonce, &SIX, "operator", json!({"token": TOKEN}))).await;
    assert_eq!(second.json().await["error"]["details"]["code"], "DEVICE_AUTH_NONCE_MISMATCH");
    assert_eq!(second.closed().await, (1008, "device nonce mismatch".to_owned()));
}

#[tokio::test]
async fn a_silent_socket_is_closed_with_1000_and_without_a_word() {
    let limits = Limits { handshake: Duration::from_millis(50), ..Limits::default() };
    let rig = Rig::with(limits).await;
    let (mut client, _) = rig.challenged().await;
    assert_eq!(client.closed().await, (1000, String::new()));
    assert!(rig.logged("handshake timeout conn="));
}

#[tokio::test]
async fn too_many_strangers_hear_503_until_one_is_let_in() {
    let rig = Rig::with(Limits { preauth_per_ip: 2, ..Limits::default() }).await;
    let (mut first, nonce) = rig.challenged().await;
    let _second = rig.challenged().await;
    let Err(Error::Http(answer)) = rig.dial("/").await else { panic!("the third is one too many") };
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.body().as_deref(), Some(&b"Too many unauthenticated sockets"[..]));
    assert!(answer.headers()["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/plain")));
    first.send(&connect(1, &nonce, &SIX, "operator", json!({"token": TOKEN}))).await;
    // The answer to a request after hello-ok: by then the permit is given back.
    assert_eq!(first.call("health", json!({})).await["ok"], true);
    let _third = rig.challenged().await;
}

#[tokio::test]
async fn what_comes_before_hello_ok_waits_and_is_answered_in_order() {
    let rig = Rig::new().await;
    let (mut client, nonce) = rig.challenged().await;
    client.send(&connect(1, &nonce, &SIX, "operator", json!({"token": TOKEN}))).await;
    for id in ["1", "2", "3"] {
        client.send(&json!({"type": "req", "id": id, "method": "health"})).await;
    }
    let mut ids = Vec::new();
    while ids.len() < 4 {
        let frame = client.json().await;
        if frame["type"] == "res" {
            assert_eq!(frame["ok"], true, "{frame}");
            ids.push(frame["id"].as_str().unwrap_or_default().to_owned());
        }
    }
    assert_eq!(ids, ["c", "1", "2", "3"]);
}

#[tokio::test]
async fn both_loopbacks_and_every_path_but_the_canvas_are_upgraded() {
    let rig = Rig::new().await;
    assert!(rig.dial("/any/path?at=all").await.is_ok());
    if let Some(six) = rig.server.addresses.get(1) {
        assert!(dial(*six, "/").await.is_ok(), "{six}");
    }
    let canvas = rig.dial("/__openclaw__/ws").await;
    assert!(matches!(canvas, Err(Error::Http(answer)) if answer.status() == 404));
}

#[tokio::test]
async fn a_request_in_a_binary_message_is_read_as_text() {
    let rig = Rig::new().await;
    let (mut client, nonce) = rig.challenged().await;
    let frame = connect(1, &nonce, &SIX, "operator", json!({"token": TOKEN})).to_string();
    futures_util::SinkExt::send(&mut client.0, Message::binary(frame.into_bytes()))
        .await
        .expect("it is open");
    assert_eq!(client.json().await["payload"]["type"], "hello-ok");
}
