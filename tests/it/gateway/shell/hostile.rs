//! Peers that do not read, send too much, or break the rules.

use std::time::Duration;

use futures_util::SinkExt;
use provoke::gateway::settings::Limits;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{PATIENCE, Rig, SIX, TOKEN, connect, upgrade};

/// An upgrade as bytes.
const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
    sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

/// A frame of a client under a mask of zeros, so that the payload stands as it is.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first, 0x80 | u8::try_from(payload.len()).expect("a short one"), 0, 0, 0, 0];
    frame.extend_from_slice(payload);
    frame
}

/// Everything that the server says until it closes.
async fn rest(mut tcp: TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    timeout(PATIENCE, tcp.read_to_end(&mut all)).await.expect("in time").expect("no reset");
    all
}

#[tokio::test]
async fn frames_that_come_with_the_upgrade_are_not_lost() {
    let rig = Rig::new().await;
    let mut tcp = rig.tcp().await;
    let frame = masked(0x81, br#"{"type":"req","id":"1","method":"health"}"#);
    tcp.write_all(&[UPGRADE, &frame].concat()).await.expect("it reads");
    let words = b"invalid handshake: first request must be connect";
    let mut said = Vec::new();
    // Once in the answer, once in the close frame.
    while said.windows(words.len()).filter(|part| part == words).count() < 2 {
        let read = timeout(PATIENCE, tcp.read_buf(&mut said)).await.expect("in time").expect("no reset");
        assert!(read > 0, "{}", String::from_utf8_lossy(&said));
    }
}

#[tokio::test]
async fn messages_may_be_as_large_as_their_sender_is_known() {
    let limits = Limits { payload: 300_000, ..Limits::default() };
    let rig = Rig::with(limits).await;
    let large = |bytes| {
        json!({"type": "req", "id": "l", "method": "health", "params": "x".repeat(bytes)}).to_string()
    };
    let (mut stranger, _) = rig.challenged().await;
    stranger.say(&large(70_000)).await;
    assert_eq!(stranger.closed().await, (1009, String::new()));
    let (mut guest, _) = rig.guest(1, &SIX).await;
    guest.say(&large(200_000)).await;
    let mut frame = guest.json().await;
    while frame["id"] != "l" {
        frame = guest.json().await;
    }
    assert_eq!(frame["ok"], true, "{frame}");
    let _ = guest.0.send(Message::text(large(300_000))).await;
    assert_eq!(guest.closed().await, (1009, String::new()));
    let (mut parts, _) = rig.challenged().await;
    // Many small parts make a message that is too large as well.
    use tokio_tungstenite::tungstenite::protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    };
    for part in 0..3 {
        let code = if part == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(vec![b' '; 30_000], OpCode::Data(code), false);
        let _ = parts.0.send(Message::Frame(frame)).await;
    }
    assert_eq!(parts.closed().await, (1009, String::new()));
}

#[tokio::test]
async fn whoever_breaks_the_protocol_is_told_by_which_code() {
    let rig = Rig::new().await;
    let cases = [
        // A frame without a mask, a reserved bit, a reserved opcode, a ping that is too long.
        (vec![0x81, 2, b'{', b'}'], 1002_u16),
        (masked(0xc1, b"{}"), 1002),
        (masked(0x83, b"{}"), 1002),
        (vec![0x89, 0xfe, 0, 126, 0, 0, 0, 0], 1002),
        // Text that is no UTF-8.
        (masked(0x81, &[0xff, 0xfe]), 1007),
        // A length beyond all bounds.
        (vec![0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], 1009),
    ];
    for (bytes, code) in cases {
        let mut tcp = rig.tcp().await;
        tcp.write_all(UPGRADE).await.expect("it reads");
        tcp.write_all(&bytes).await.expect("it reads");
        // What is still on its way must not cost the close frame.
        tcp.write_all(&[b'x'; 9000]).await.expect("it reads");
        tcp.shutdown().await.expect("our side is done");
        let said = rest(tcp).await;
        let [high, low] = code.to_be_bytes();
        assert!(said.ends_with(&[0x88, 2, high, low]), "{bytes:x?}: {:?}", String::from_utf8_lossy(&said));
    }
}

#[tokio::test]
async fn a_peer_that_never_reads_holds_nobody_up() {
    let rig = Rig::new().await;
    let (mut deaf, _) = rig.guest(1, &SIX).await;
    // Asks until even the kernel takes no more: its answers are not read.
    let request = json!({"type": "req", "id": "x".repeat(4000), "method": "config.schema", "params": {}});
    let request = Message::text(request.to_string());
    deaf.flood(&request, Duration::from_millis(200), 100_000).await;
    let (mut other, _) = rig.guest(2, &SIX).await;
    for _ in 0..20 {
        assert_eq!(other.call("health", json!({})).await["ok"], true);
    }
}

#[tokio::test]
async fn a_slow_consumer_misses_what_it_may_and_is_closed_for_the_rest() {
    let limits = Limits { buffered: 1_000_000, tick: Duration::from_millis(50), ..Limits::default() };
    let rig = Rig::with(limits).await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small one");
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], rig.server.port));
    let tcp = socket.connect(address).await.expect("it listens");
    let (mut slow, _) = upgrade(tcp, "/").await.expect("an upgrade");
    let challenge = slow.json().await;
    let nonce = challenge["payload"]["nonce"].as_str().expect("a nonce");
    slow.send(&connect(1, nonce, &SIX, "operator", json!({"token": TOKEN}))).await;
    assert_eq!(slow.json().await["payload"]["type"], "hello-ok");

    let (mut fast, _) = rig.guest(2, &SIX).await;
    let command = "c".repeat(200_000);
    for round in 0..40 {
        let id = format!("approval-{round}");
        let params = json!({"id": id, "command": command, "twoPhase": true, "timeoutMs": 60_000});
        let asked = fast.call("exec.approval.request", params).await;
        assert_eq!(asked["ok"], true, "{}", asked["error"]);
    }
    // The second tick went to everybody after all of that: it is the one too many.
    fast.event("tick").await;
    fast.event("tick").await;
    assert_eq!(slow.closed().await, (1008, "slow consumer".to_owned()));
    assert_eq!(fast.call("health", json!({})).await["ok"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_socket_sends_while_the_hall_is_busy_is_not_kept() {
    // The log holds the hall up at one line, until the test lets go of it.
    let (let_go, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let rig = Rig::logging(Limits::default(), move |line| {
        if line.contains("no.such.method") {
            // The runtime must not wait with it.
            tokio::task::block_in_place(|| gate.lock().expect("no panic").recv())
                .expect_err("nothing is sent");
        }
    })
    .await;
    let (mut greedy, _) = rig.guest(1, &SIX).await;
    greedy.say(r#"{"type":"req","id":"1","method":"no.such.method"}"#).await;
    let large = Message::text(" ".repeat(1 << 20));
    greedy.flood(&large, Duration::from_millis(500), 100).await;
    drop(let_go);
    let (mut other, _) = rig.guest(2, &SIX).await;
    assert_eq!(other.call("health", json!({})).await["ok"], true);
}

#[tokio::test]
async fn sockets_that_vanish_leave_nothing_behind() {
    let rig = Rig::with(Limits { preauth_per_ip: 4, ..Limits::default() }).await;
    for round in 0..40 {
        let mut tcp = rig.tcp().await;
        tcp.write_all(UPGRADE).await.expect("it reads");
        let mut head = [0; 12];
        timeout(PATIENCE, tcp.read_exact(&mut head)).await.expect("in time").expect("an answer");
        // A permit comes back when the server has noticed; until then it says 503, not nothing.
        assert!(&head == b"HTTP/1.1 101" || &head == b"HTTP/1.1 503", "{round}");
    }
    // In the end all of them are noticed.
    let patient = async {
        while rig.dial("/").await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, patient).await.expect("the permits came back");
}
