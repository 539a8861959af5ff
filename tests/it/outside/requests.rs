//! What a provider is sent: headers, body, and nothing that is meant for somebody else.

use std::process::Command;

use provoke::dialect::codec;
use provoke::recording::cassette;
use provoke::routing::Outcome;
use wiremock::{MockServer, Request as Seen, ResponseTemplate};

use super::{KEY, candidate, request, run, server};
use crate::healthy::{self, DIALECTS, MODEL};

fn whole(dialect: &str) -> ResponseTemplate {
    let body = crate::scripts::body_of(&healthy::whole(dialect));
    ResponseTemplate::new(200).set_body_raw(body, "application/json")
}

/// The only request that a server got.
async fn only(server: &MockServer) -> Seen {
    let mut seen = server.received_requests().await.unwrap();
    assert_eq!(seen.len(), 1);
    seen.remove(0)
}

/// All header fields that are not the client's own, sorted.
fn fields(seen: &Seen) -> Vec<(String, String)> {
    let own = ["host", "content-length", "user-agent"];
    let fields = seen.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let mut fields: Vec<(String, String)> =
        fields.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    fields.sort();
    fields
}

fn expected(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    fields.sort();
    fields
}

#[tokio::test]
async fn the_body_is_the_encoding_of_the_dialect() {
    for dialect in DIALECTS {
        for stream in [true, false] {
            let server = server(whole(dialect), 1).await;
            let (_, outcome) = run(vec![candidate(dialect, &server)], request(stream)).await;
            assert_eq!(outcome.answered, Some(0), "{outcome:?}");
            let seen = only(&server).await;
            let mut asked = request(stream);
            asked.model = MODEL.to_owned();
            let encoded = codec(dialect).unwrap().encode_request(&asked).value;
            assert_eq!(seen.body_json::<serde_json::Value>().unwrap(), encoded);
            assert_eq!(seen.body, encoded.to_string().into_bytes());
            assert_eq!(seen.headers["content-length"], seen.body.len().to_string().as_str());
            let path = if dialect == "openai_chat" { "/v1/chat/completions" } else { "/v1/messages" };
            assert_eq!((seen.method.as_str(), seen.url.path(), seen.url.query()), ("POST", path, None));
        }
    }
}

#[tokio::test]
async fn the_headers_are_exactly_these() {
    let bearer = format!("Bearer {KEY}");
    let common = [("accept-encoding", "identity"), ("content-type", "application/json")];
    let streamed = ("accept", "text/event-stream");

    let server = server(whole("openai_chat"), 1).await;
    run(vec![candidate("openai_chat", &server)], request(true)).await;
    let mut want = common.to_vec();
    want.extend([streamed, ("authorization", bearer.as_str())]);
    assert_eq!(fields(&only(&server).await), expected(&want));

    for (bearer_too, stream) in [(false, true), (true, false)] {
        let server = super::server(whole("anthropic_messages"), 1).await;
        let mut target = candidate("anthropic_messages", &server);
        target.bearer_too = bearer_too;
        run(vec![target], request(stream)).await;
        let mut want = common.to_vec();
        want.extend([("x-api-key", KEY), ("anthropic-version", "2023-06-01")]);
        want.push(if stream { streamed } else { ("accept", "application/json") });
        want.extend(bearer_too.then_some(("authorization", bearer.as_str())));
        assert_eq!(fields(&only(&server).await), expected(&want));
    }
}

#[tokio::test]
async fn headers_of_the_user_replace_ours_whatever_their_case() {
    let server = server(whole("openai_chat"), 1).await;
    let mut target = candidate("openai_chat", &server);
    target.headers = expected(&[("X-Team", "blue"), ("Authorization", "Basic abc"), ("Accept", "*/*")]);
    run(vec![target], request(true)).await;
    let want = [
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
        ("authorization", "Basic abc"),
        ("content-type", "application/json"),
        ("x-team", "blue"),
    ];
    assert_eq!(fields(&only(&server).await), expected(&want));
}

#[tokio::test]
async fn without_a_key_no_key_is_sent() {
    for dialect in DIALECTS {
        let server = server(whole(dialect), 1).await;
        let mut target = candidate(dialect, &server);
        (target.key, target.bearer_too) = (None, true);
        run(vec![target], request(true)).await;
        let seen = only(&server).await;
        assert!(!seen.headers.contains_key("authorization") && !seen.headers.contains_key("x-api-key"));
    }
}

#[tokio::test]
async fn a_redirect_does_not_carry_the_key_away() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = server(whole("anthropic_messages"), 0).await;
        let place = format!("{}/v1/messages", elsewhere.uri());
        let moved = server(ResponseTemplate::new(status).insert_header("location", place.as_str()), 1).await;
        let mut target = candidate("anthropic_messages", &moved);
        target.bearer_too = true;
        let (_, outcome) = run(vec![target], request(true)).await;
        let (_, _, failure) = &outcome.failures[0];
        assert_eq!((failure.class.name(), failure.status), ("redirected", Some(status)));
        assert!(failure.message.contains(&place), "{}", failure.message);
        assert!(elsewhere.received_requests().await.unwrap().is_empty());
    }
}

/// A provider that repeats the key wherever it can: the recording holds it nowhere, the provider
/// got it all the same.
#[tokio::test]
async fn no_key_stands_in_the_recording() {
    for dialect in DIALECTS {
        let body = format!("{{\"error\": {{\"message\": \"invalid key {KEY}\"}}}}");
        let answer = ResponseTemplate::new(401)
            .insert_header("x-seen", KEY)
            .insert_header("location", format!("http://127.0.0.1/?key={KEY}").as_str())
            .set_body_raw(body, "application/json");
        let server = server(answer, 1).await;
        let mut target = candidate(dialect, &server);
        target.bearer_too = true;
        let (recording, outcome) = run(vec![target], request(true)).await;
        let seen = only(&server).await;
        assert!(seen.headers.values().any(|value| value.to_str().unwrap().contains(KEY)));
        assert_eq!(outcome.failures[0].2.class.name(), "auth");
        assert_eq!(recording.upstream().count(), 1);
        assert!(recording.caller().unwrap().end().is_some());
        let shown = format!("{recording:?}");
        assert!(shown.contains("invalid key") && !shown.contains(KEY), "{shown}");
        let written = cassette::encode(&recording, &cassette::Meta::default());
        assert!(!written.contains(KEY));
    }
}

/// The names that HTTP clients read their proxies from.
const PROXIES: [&str; 6] =
    ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"];

/// Set in the process that has the proxies in its environment.
const CHILD: &str = "PROVOKE_TEST_PROXIED";

/// The environment of a process is fixed when it starts, so this test starts itself once more.
#[tokio::test]
async fn proxies_of_the_environment_have_no_influence() {
    if std::env::vars_os().any(|(name, _)| name == CHILD) {
        let server = server(whole("openai_chat"), 1).await;
        let (_, outcome): (_, Outcome) = run(vec![candidate("openai_chat", &server)], request(true)).await;
        assert_eq!(outcome.answered, Some(0), "{outcome:?}");
        return;
    }
    let proxy = server(ResponseTemplate::new(502), 0).await;
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "outside::requests::proxies_of_the_environment_have_no_influence"]);
    again.env(CHILD, "1").env_remove("NO_PROXY").env_remove("no_proxy");
    for name in PROXIES {
        again.env(name, proxy.uri());
    }
    let output = tokio::task::spawn_blocking(move || again.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert!(proxy.received_requests().await.unwrap().is_empty());
}
