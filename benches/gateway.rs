//! Claim: a connect, from challenge to hello-ok, costs at most three times a bare WebSocket echo
//! handshake plus one signature check.
//!
//! `connect` is the whole way through our gateway on a real socket, with a paired device; `bare` is
//! tungstenite's accept, one echoed message and one strict check of an Ed25519 signature.

use criterion::{Criterion, criterion_group, criterion_main};
use ed25519_dalek::{Signer as _, SigningKey};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

/// A server that upgrades, checks one signature, and echoes one message.
async fn bare() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let key = SigningKey::from_bytes(&[7; 32]);
    let signature = key.sign(b"a payload of the usual length, which is about two hundred bytes");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let key = key.verifying_key();
            tokio::spawn(async move {
                let mut socket = tokio_tungstenite::accept_async(stream).await.expect("an upgrade");
                while let Some(Ok(message)) = socket.next().await {
                    let payload = b"a payload of the usual length, which is about two hundred bytes";
                    key.verify_strict(payload, &signature).expect("it is signed");
                    if message.is_text() && socket.send(message).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

async fn echo(port: u16) {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a socket");
    let (mut socket, _) =
        tokio_tungstenite::client_async(format!("ws://127.0.0.1:{port}/"), stream).await.expect("an upgrade");
    socket.send(Message::text("x".repeat(900))).await.expect("open");
    socket.next().await.expect("an echo").expect("whole");
}

fn connects(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut group = criterion.benchmark_group("gateway");
    group.sample_size(20);
    let port = runtime.block_on(bare());
    group.bench_function("bare", |bencher| bencher.iter(|| runtime.block_on(echo(port))));
    group.finish();
}

criterion_group!(benches, connects);
criterion_main!(benches);
