//! A second witness for the router over real sockets: another HTTP server than our own player.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use provoke::chat::{Message, Request, Role};
use provoke::dialect::{self, view};
use provoke::io::clock::{Clock, TimeScale};
use provoke::io::router::{Patient, drive};
use provoke::recording::{Policy as Keep, Recording, Redactor, Tap};
use provoke::routing::{Backoff, Candidate, Outcome, Policy, Session};
use provoke::seed::Seed;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn candidate(server: &MockServer, dialect: &str) -> Candidate {
    let dialect = dialect::codec(dialect).unwrap();
    Candidate {
        provider: "lab".to_owned(),
        model: "some-model".to_owned(),
        dialect,
        base_url: format!("{}{}", server.uri(), dialect.base_path()),
        key: Some("sk-witness-key".to_owned()),
        bearer_too: false,
        headers: Vec::new(),
    }
}

fn request(stream: bool) -> Request {
    Request { messages: vec![Message::text(Role::User, "Hi")], stream, ..Request::default() }
}

async fn turn(candidates: Vec<Candidate>, stream: bool, scale: TimeScale) -> (Recording, Outcome) {
    let dialect = candidates[0].dialect;
    let tap = Tap::new(Keep::Full, Redactor::new(["sk-witness-key".to_owned()]));
    let backoff = Backoff { first: Duration::from_millis(10), max: Duration::from_millis(20) };
    let policy = Policy { backoff, ..Policy::default() };
    let mut session = Session::new(candidates, request(stream), policy, Seed(1), dialect, tap);
    let clock = Clock::start(scale);
    drive(&mut session, &clock, &mut Patient::new(&clock, None)).await;
    session.finish()
}

fn answer(dialect: &str) -> Value {
    match dialect {
        "openai_chat" => json!({"id": "c", "object": "chat.completion", "model": "some-model", "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Good morning"}, "finish_reason": "stop"}]}),
        _ => json!({"id": "m", "type": "message", "role": "assistant", "model": "some-model",
            "content": [{"type": "text", "text": "Good morning"}], "stop_reason": "end_turn"}),
    }
}

fn route(dialect: &str) -> &'static str {
    if dialect == "openai_chat" { "/v1/chat/completions" } else { "/v1/messages" }
}

async fn serve(dialect: &str, answer: ResponseTemplate, times: u64) -> MockServer {
    let server = MockServer::start().await;
    let mock = Mock::given(method("POST")).and(path(route(dialect)));
    mock.respond_with(answer).expect(times).mount(&server).await;
    server
}

#[tokio::test]
async fn headers_and_body_are_those_of_the_dialect() {
    for (dialect, bearer_too) in
        [("openai_chat", false), ("anthropic_messages", false), ("anthropic_messages", true)]
    {
        let server = serve(dialect, ResponseTemplate::new(200).set_body_json(answer(dialect)), 1).await;
        let target = Candidate {
            bearer_too,
            headers: vec![("X-Own".to_owned(), "yes".to_owned())],
            ..candidate(&server, dialect)
        };
        let (recording, outcome) = turn(vec![target.clone()], false, TimeScale::REAL).await;
        assert_eq!(outcome.answered, Some(0), "{:?}", outcome.failures);
        let caller = recording.caller().unwrap();
        assert_eq!(view(target.dialect, caller).response.text(), "Good morning");
        let seen = &server.received_requests().await.unwrap()[0];
        let header = |name: &str| {
            let values: Vec<_> =
                seen.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
            values.join("|")
        };
        let anthropic = dialect == "anthropic_messages";
        assert_eq!(header("x-api-key"), if anthropic { "sk-witness-key" } else { "" });
        assert_eq!(header("anthropic-version"), if anthropic { "2023-06-01" } else { "" });
        assert_eq!(
            header("authorization"),
            if !anthropic || bearer_too { "Bearer sk-witness-key" } else { "" }
        );
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("accept"), "application/json");
        assert_eq!(header("accept-encoding"), "identity");
        assert_eq!(header("x-own"), "yes");
        let wanted = Request { model: "some-model".to_owned(), ..request(false) };
        let body: Value = serde_json::from_slice(&seen.body).unwrap();
        assert_eq!(body, target.dialect.encode_request(&wanted).value);
    }
}

#[tokio::test]
async fn a_stream_in_one_piece_is_read() {
    let chunk = |delta: Value, finish: Value| {
        format!(
            "data: {}\n\n",
            json!({"id": "c", "model": "some-model", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
        )
    };
    let body = chunk(json!({"role": "assistant", "content": "Good"}), Value::Null)
        + &chunk(json!({"content": " morning"}), Value::Null)
        + &chunk(json!({}), json!("stop"))
        + "data: [DONE]\n\n";
    let template = ResponseTemplate::new(200).set_body_raw(body, "text/event-stream");
    let server = serve("openai_chat", template, 1).await;
    let (recording, outcome) = turn(vec![candidate(&server, "openai_chat")], true, TimeScale::REAL).await;
    assert_eq!(outcome.answered, Some(0));
    let caller = recording.caller().unwrap();
    assert_eq!(view(dialect::codec("openai_chat").unwrap(), caller).response.text(), "Good morning");
}

#[tokio::test]
async fn every_status_is_tried_as_often_as_it_is_worth_and_the_next_candidate_answers() {
    for (status, tries, class) in [
        (400, 1, "rejected"),
        (401, 1, "auth"),
        (402, 1, "billing"),
        (404, 1, "path-not-found"),
        (429, 1, "rate-limit"),
        (500, 2, "server-error"),
        (503, 2, "server-error"),
        (529, 1, "overloaded"),
    ] {
        for dialect in ["openai_chat", "anthropic_messages"] {
            let sick = serve(
                dialect,
                ResponseTemplate::new(status).set_body_json(json!({"error": {"message": "no"}})),
                tries,
            )
            .await;
            let well = serve(dialect, ResponseTemplate::new(200).set_body_json(answer(dialect)), 1).await;
            let both = vec![candidate(&sick, dialect), candidate(&well, dialect)];
            let (_, outcome) = turn(both, false, TimeScale::REAL).await;
            assert_eq!(outcome.answered, Some(1), "{status}");
            assert!(
                outcome.failures.iter().all(|(_, _, failure)| failure.class.name() == class),
                "{status}: {outcome:?}"
            );
            sick.verify().await;
            well.verify().await;
        }
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let elsewhere = serve("anthropic_messages", ResponseTemplate::new(200), 0).await;
    let location = format!("{}/v1/messages", elsewhere.uri());
    let server = serve(
        "anthropic_messages",
        ResponseTemplate::new(307).insert_header("location", location.as_str()),
        1,
    )
    .await;
    let (_, outcome) = turn(vec![candidate(&server, "anthropic_messages")], false, TimeScale::REAL).await;
    assert_eq!(outcome.answered, None);
    assert_eq!(outcome.failures[0].2.class.name(), "redirected");
    elsewhere.verify().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_and_a_compressed_one_named() {
    let large = serve(
        "openai_chat",
        ResponseTemplate::new(200).set_body_raw(vec![b'{'; 33 << 20], "application/json"),
        2,
    )
    .await;
    let (_, outcome) = turn(vec![candidate(&large, "openai_chat")], false, TimeScale::REAL).await;
    assert_eq!(outcome.failures[0].2.message, "the answer is longer than 32 MiB");
    let squeezed = ResponseTemplate::new(200).set_body_raw(vec![0x1f, 0x8b, 8, 0], "application/json");
    let squeezed = serve("openai_chat", squeezed.insert_header("content-encoding", "gzip"), 2).await;
    let (_, outcome) = turn(vec![candidate(&squeezed, "openai_chat")], false, TimeScale::REAL).await;
    assert!(outcome.failures[0].2.message.contains("gzip"), "{outcome:?}");
}

#[tokio::test]
async fn a_late_head_meets_its_deadline_in_scaled_time() {
    let late =
        ResponseTemplate::new(200).set_body_json(answer("openai_chat")).set_delay(Duration::from_secs(60));
    let server = serve("openai_chat", late, 1).await;
    let scale = TimeScale::new(200.0).unwrap();
    let (_, outcome) = turn(vec![candidate(&server, "openai_chat")], false, scale).await;
    assert_eq!(outcome.failures[0].2.class.name(), "headers-timeout");
}

#[tokio::test]
async fn no_address_is_no_connection_and_nothing_else() {
    let server = MockServer::start().await;
    for base_url in ["http://host.invalid/v1", "no address at all", "http://"] {
        let target = Candidate { base_url: base_url.to_owned(), ..candidate(&server, "openai_chat") };
        let (_, outcome) = turn(vec![target], false, TimeScale::REAL).await;
        assert_eq!(outcome.failures[0].2.class.name(), "refused", "{base_url}: {outcome:?}");
    }
}
