//! The router in service: real callers before it, providers of another make behind it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use provoke::config;
use provoke::gateway::settings::{AuthMode, Limits};
use provoke::io::router::Models;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{PATIENCE, Rig, TOKEN, settings};

/// A gateway that answers for models, and what its router said.
struct Desk {
    rig: Rig,
    said: Arc<Mutex<Vec<String>>>,
    http: Client,
}

impl Desk {
    /// Providers by name: their base URL and their api; the first one's model goes first, the others follow.
    async fn new(providers: &[(&str, &str, &str)]) -> Self {
        Self::with(providers, settings(Limits::default()).auth).await
    }

    async fn with(providers: &[(&str, &str, &str)], auth: AuthMode) -> Self {
        let listed: serde_json::Map<String, Value> = providers
            .iter()
            .map(|(name, url, api)| {
                let models = json!([{"id": "m", "name": "m"}]);
                let key = format!("key-of-{name}-123456");
                let provider = json!({"baseUrl": url, "apiKey": key, "api": api, "models": models});
                ((*name).to_owned(), provider)
            })
            .collect();
        let chain: Vec<String> = providers.iter().map(|(name, ..)| format!("{name}/m")).collect();
        let text = json!({
            "models": {"providers": listed},
            "agents": {"defaults": {"model": {"primary": chain[0], "fallbacks": chain[1..]}}},
        });
        let config =
            config::load(&text.to_string(), "openclaw.json", &BTreeMap::new(), None).expect("a config");
        assert!(config.problems.is_empty(), "{:?}", config.problems);
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        let say = move |words: &str, _| heard.lock().expect("no panic").push(words.to_owned());
        let models = Arc::new(Models::new(config, Arc::new(say)));
        let settings = provoke::gateway::settings::Settings { auth, ..settings(Limits::default()) };
        let rig = Rig::start(settings, Some(models), |_| {}).await;
        Self { rig, said, http: Client::new() }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.rig.server.port)
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.http.post(self.url(path)).bearer_auth(TOKEN).body(body.to_string())
    }

    async fn ask(&self, path: &str, body: &Value) -> Response {
        sent(self.post(path, body)).await
    }
}

async fn sent(request: RequestBuilder) -> Response {
    timeout(PATIENCE, request.send()).await.expect("in time").expect("it answers")
}

async fn value(response: Response) -> Value {
    let text = timeout(PATIENCE, response.text()).await.expect("in time").expect("a whole body");
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

fn told<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().expect("ASCII"))
}

fn chat(stream: bool) -> Value {
    json!({"model": "one/m", "stream": stream, "messages": [{"role": "user", "content": "Hi"}]})
}

async fn provider(at: &str, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path(at)).respond_with(answer).mount(&server).await;
    server
}

fn message() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "id": "m1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "Good morning"}], "usage": {"input_tokens": 3, "output_tokens": 2}}))
}

#[tokio::test]
async fn a_fallback_answers_in_the_callers_dialect_and_is_named() {
    let one = provider(
        "/v1/chat/completions",
        ResponseTemplate::new(402).set_body_json(json!({"error": {
        "message": "Insufficient credits", "code": 402}})),
    )
    .await;
    let two = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/messages"))
        .and(header("x-api-key", "key-of-two-123456"))
        .and(body_partial_json(json!({"model": "m"})))
        .respond_with(message())
        .expect(1)
        .mount(&two)
        .await;
    let uri = format!("{}/v1", one.uri());
    let desk =
        Desk::new(&[("one", &uri, "openai-completions"), ("two", &two.uri(), "anthropic-messages")]).await;
    let response = desk.ask("/v1/chat/completions", &chat(false)).await;
    assert_eq!(response.status(), StatusCode::OK);
    let names = ["x-provoke-provider", "x-provoke-model", "x-provoke-attempts", "x-provoke-failed"];
    assert_eq!(names.map(|name| told(&response, name)), ["two", "m", "2", "one/m=billing"]);
    let answer = value(response).await;
    assert_eq!(answer["choices"][0]["message"]["content"], "Good morning");
    assert_eq!(answer["usage"]["prompt_tokens"], 3);
    let said = desk.said.lock().expect("no panic").clone();
    assert!(said[0].contains("candidate=one/m reason=billing next=two/m detail="), "{said:?}");
    assert!(said[0].contains("Insufficient credits"), "{said:?}");
    assert!(said[1].contains("decision=candidate_succeeded requested=one/m candidate=two/m"), "{said:?}");
}

#[tokio::test]
async fn nobody_answers_and_the_cause_is_told() {
    let one = provider("/v1/messages", ResponseTemplate::new(200).set_body_string("")).await;
    let desk = Desk::new(&[("one", &one.uri(), "anthropic-messages")]).await;
    let response = desk
        .ask(
            "/v1/messages",
            &json!({"model": "one/m", "max_tokens": 9, "stream": true,
        "messages": [{"role": "user", "content": "Hi"}]}),
        )
        .await;
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(told(&response, "x-provoke-provider"), "");
    assert!(told(&response, "x-provoke-failed").contains("one/m=empty-stream"));
    let error = value(response).await;
    assert_eq!(error["type"], "error");
    assert!(!error["error"]["message"].as_str().expect("words").contains("timed out"), "{error}");
}

#[tokio::test]
async fn only_who_knows_the_secret_may_ask_and_pages_may_not() {
    let one = provider("/v1/messages", message()).await;
    let desk = Desk::new(&[("one", &one.uri(), "anthropic-messages")]).await;
    let url = desk.url("/v1/chat/completions");
    let bare = || desk.http.post(&url).body(chat(false).to_string());
    let good = [
        bare().bearer_auth(TOKEN),
        bare().header("x-api-key", TOKEN),
        bare().header("x-goog-api-key", TOKEN),
        desk.http.post(format!("{url}?key={TOKEN}")).body(chat(false).to_string()),
        bare().bearer_auth(TOKEN).header("origin", "http://127.0.0.1:3000"),
    ];
    for request in good {
        assert_eq!(sent(request).await.status(), StatusCode::OK);
    }
    for request in
        [bare(), bare().bearer_auth("wrong"), bare().header("authorization", format!("Basic {TOKEN}"))]
    {
        let response = sent(request).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(value(response).await["error"]["message"], "Unauthorized");
    }
    for origin in ["https://example.com", "null", "http://127.0.0.1.example.com"] {
        let response = sent(bare().bearer_auth(TOKEN).header("origin", origin)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(one.received_requests().await.expect("kept").len(), 5);
    // Where no secret is asked, a name that was bent to this machine is.
    let open = Desk::with(&[("one", &one.uri(), "anthropic-messages")], AuthMode::None).await;
    let url = open.url("/v1/chat/completions");
    let bare = || open.http.post(&url).body(chat(false).to_string());
    assert_eq!(sent(bare()).await.status(), StatusCode::OK);
    assert_eq!(sent(bare().header("host", "rebound.example.com")).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_in_the_callers_dialect() {
    let one = provider("/v1/messages", message()).await;
    let desk = Desk::new(&[("one", &one.uri(), "anthropic-messages")]).await;
    let model = |model: &str| json!({"model": model, "messages": [{"role": "user", "content": "Hi"}]});
    let cases = [
        ("{".to_owned(), 400, "not JSON"),
        (String::new(), 400, "not JSON"),
        (model("onne/m").to_string(), 404, "onne"),
        (model("openclaw/main").to_string(), 501, "agent"),
    ];
    for (body, status, words) in cases {
        for (path, kind) in [("/v1/chat/completions", "/error/type"), ("/v1/messages", "/type")] {
            let response = sent(desk.http.post(desk.url(path)).bearer_auth(TOKEN).body(body.clone())).await;
            assert_eq!(response.status().as_u16(), status, "{path} {body}");
            let error = value(response).await;
            assert!(error["error"]["message"].as_str().expect("words").contains(words), "{error}");
            assert!(error.pointer(kind).is_some(), "{error}");
        }
    }
    let wrong = sent(desk.http.get(desk.url("/v1/messages")).bearer_auth(TOKEN)).await;
    assert_eq!((wrong.status().as_u16(), told(&wrong, "allow")), (405, "POST"));
    let long = vec![b' '; (20 << 20) + 1];
    let long = sent(desk.http.post(desk.url("/v1/messages")).bearer_auth(TOKEN).body(long)).await;
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(one.received_requests().await.expect("kept").is_empty());
}

#[tokio::test]
async fn models_are_listed_as_each_client_lists_them() {
    let desk = Desk::new(&[("one", "http://127.0.0.1:9/v1", "openai-completions")]).await;
    let get = |path: &str| desk.http.get(desk.url(path)).bearer_auth(TOKEN);
    let list = value(sent(get("/v1/models")).await).await;
    assert_eq!((&list["object"], &list["data"][0]["id"]), (&json!("list"), &json!("one/m")));
    let list = value(sent(get("/v1/models").header("anthropic-version", "2023-06-01")).await).await;
    assert_eq!((&list["has_more"], &list["data"][0]["id"]), (&json!(false), &json!("one/m")));
    assert_eq!(value(sent(get("/v1/models/one/m")).await).await["owned_by"], "one");
    assert_eq!(sent(get("/v1/models/two/m")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(sent(desk.http.get(desk.url("/v1/models"))).await.status(), StatusCode::UNAUTHORIZED);
}

/// A provider that sends the beginning of a stream, or nothing, and then waits for its caller to hang up. It
/// says when it was asked.
async fn endless(speaks: bool) -> (String, oneshot::Receiver<()>, JoinHandle<()>) {
    let (ask, asked) = oneshot::channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("it listens"));
    let hung_up = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.expect("a caller");
        let mut seen = Vec::new();
        while !seen.ends_with(b"}") {
            assert!(tcp.read_buf(&mut seen).await.expect("a request") > 0, "the request is whole");
        }
        let chunk = r#"{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Good"},"finish_reason":null}]}"#;
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {chunk}\n\n");
        if speaks {
            tcp.write_all(answer.as_bytes()).await.expect("it reads");
        }
        ask.send(()).expect("somebody waits");
        // An end or a reset: either way it is gone.
        let _ = tcp.read_buf(&mut seen).await;
    });
    (url, asked, hung_up)
}

#[tokio::test]
async fn who_leaves_takes_the_provider_along() {
    let (url, _asked, hung_up) = endless(true).await;
    let desk = Desk::new(&[("one", &url, "openai-completions")]).await;
    let mut response = desk.ask("/v1/chat/completions", &chat(true)).await;
    assert_eq!(told(&response, "content-type"), "text/event-stream");
    let first = timeout(PATIENCE, response.chunk()).await.expect("in time").expect("a piece");
    assert!(!first.expect("bytes").is_empty());
    drop(response);
    timeout(PATIENCE, hung_up).await.expect("the provider is let go").expect("no panic");
}

#[tokio::test]
async fn who_leaves_before_anything_came_does_so_too() {
    for stream in [true, false] {
        let (url, asked, hung_up) = endless(false).await;
        let desk = Desk::new(&[("one", &url, "openai-completions")]).await;
        let asking = tokio::spawn(desk.post("/v1/chat/completions", &chat(stream)).send());
        timeout(PATIENCE, asked).await.expect("in time").expect("the provider is asked");
        asking.abort();
        timeout(PATIENCE, hung_up).await.expect("the provider is let go").expect("no panic");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_ends_in_an_error_and_never_as_whole() {
    let chunk = json!({"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [
        {"index": 0, "delta": {"role": "assistant", "content": "Good"}, "finish_reason": null}]});
    let cut = ResponseTemplate::new(200).set_body_raw(format!("data: {chunk}\n\n"), "text/event-stream");
    let one = provider("/v1/chat/completions", cut).await;
    let desk = Desk::new(&[("one", &format!("{}/v1", one.uri()), "openai-completions")]).await;
    let response = desk.ask("/v1/chat/completions", &chat(true)).await;
    let text = timeout(PATIENCE, response.text()).await.expect("in time").expect("a body");
    assert!(text.contains("Good") && text.contains("\"error\""), "{text}");
    assert!(!text.contains("[DONE]") && !text.contains("\"stop\""), "{text}");
}
