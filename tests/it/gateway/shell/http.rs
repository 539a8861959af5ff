//! The port over plain HTTP.

use provoke::gateway::settings::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{PATIENCE, Rig};

/// Sends a request as it stands; everything that comes back until the server closes.
async fn ask(rig: &Rig, request: &str) -> String {
    let mut tcp = rig.tcp().await;
    tcp.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    timeout(PATIENCE, tcp.read_to_end(&mut answer)).await.expect("in time").expect("it answers");
    String::from_utf8(answer).expect("text")
}

async fn plain(rig: &Rig, verb: &str, path: &str, more: &str) -> String {
    ask(rig, &format!("{verb} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}\r\n")).await
}

#[tokio::test]
async fn health_and_readiness_are_told_and_unknown_paths_are_not_found() {
    let rig = Rig::new().await;
    for path in ["/health", "/healthz"] {
        let answer = plain(&rig, "GET", path, "").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n{\"ok\":true,\"status\":\"live\"}"), "{answer}");
        for header in [
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "permissions-policy: camera=(), microphone=(), geolocation=()",
        ] {
            assert!(answer.contains(header), "{header} is missing in {answer}");
        }
        let head = plain(&rig, "HEAD", path, "").await;
        assert!(head.contains("content-length: 27") && head.ends_with("\r\n\r\n"), "{head}");
    }
    let ready = plain(&rig, "GET", "/readyz", "").await;
    assert!(ready.contains("{\"ready\":true,\"failing\":[],\"uptimeMs\":"), "{ready}");
    let behind = plain(&rig, "GET", "/ready", "x-forwarded-for: 192.0.2.7\r\n").await;
    assert!(behind.ends_with("{\"ready\":true}"), "{behind}");
    let bearer = format!("x-forwarded-for: 192.0.2.7\r\nauthorization: Bearer {}\r\n", super::TOKEN);
    assert!(plain(&rig, "GET", "/ready", &bearer).await.contains("uptimeMs"));
    let posted = plain(&rig, "POST", "/health", "").await;
    assert!(posted.starts_with("HTTP/1.1 405") && posted.contains("allow: GET, HEAD"), "{posted}");
    assert!(posted.ends_with("Method Not Allowed"), "{posted}");
    for path in ["/", "/nope", "/healthy", "//health"] {
        let answer = plain(&rig, "GET", path, "").await;
        assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("text/plain"), "{answer}");
        assert!(answer.ends_with("Not Found"), "{answer}");
    }
}

#[tokio::test]
async fn an_upgrade_that_is_none_is_refused() {
    let rig = Rig::new().await;
    let key = "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    let cases = [
        ("GET", "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n".to_owned(), 400),
        ("GET", format!("connection: upgrade\r\nupgrade: websocket\r\n{key}sec-websocket-version: 8\r\n"), 426),
        ("GET", format!("upgrade: websocket\r\nconnection: close\r\n{key}sec-websocket-version: 13\r\n"), 400),
        ("POST", format!("connection: upgrade\r\nupgrade: websocket\r\n{key}sec-websocket-version: 13\r\n"), 405),
        (
            "GET",
            "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: short\r\n"
                .to_owned(),
            400,
        ),
        ("GET", format!("host: b\r\nconnection: upgrade\r\nupgrade: websocket\r\n{key}sec-websocket-version: 13\r\n"), 400),
        (
            "GET",
            format!("origin:\r\norigin: http://b\r\nconnection: upgrade\r\nupgrade: websocket\r\n{key}sec-websocket-version: 13\r\n"),
            400,
        ),
    ];
    for (verb, headers, status) in cases {
        let request = format!("{verb} / HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        // These keep the connection: a second request ends it.
        let last = "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        let answer = ask(&rig, &format!("{request}{last}")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{headers}: {answer}");
    }
}

#[tokio::test]
async fn heads_without_end_and_heads_too_large_are_cut_off() {
    let limits = Limits { handshake: std::time::Duration::from_millis(100), ..Limits::default() };
    let rig = Rig::with(limits).await;
    // Nothing but the server's own patience ends these.
    for beginning in ["", "GET /health HT", "GET /health HTTP/1.1\r\nhost: localhost\r\nx-slow: 1"] {
        let answer = ask(&rig, beginning).await;
        assert!(!answer.contains(" 200 "), "{beginning}: {answer}");
    }
    let rig = Rig::new().await;
    let mut tcp = rig.tcp().await;
    let line = format!("x-{}: y\r\n", "h".repeat(1000));
    let _ = tcp.write_all(format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", line.repeat(40)).as_bytes()).await;
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, tcp.read_to_end(&mut answer)).await.expect("in time");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}
