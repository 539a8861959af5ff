//! What a turn makes of a provider's answers.

use std::net::Ipv4Addr;
use std::time::Duration;

use provoke::dialect::by_id;
use provoke::io::mock::refuser::Refuser;
use provoke::recording::{Stage, TransportEvent};
use provoke::routing::{FailureClass, Outcome};
use wiremock::{MockServer, ResponseTemplate};

use super::{candidate, patient, request, run, run_with, server};
use crate::healthy::{self, DIALECTS, MODEL};

fn whole(dialect: &str) -> ResponseTemplate {
    let body = crate::scripts::body_of(&healthy::whole(dialect));
    ResponseTemplate::new(200).set_body_raw(body, "application/json")
}

fn streamed(dialect: &str) -> ResponseTemplate {
    let body = crate::scripts::body_of(&healthy::text(dialect));
    ResponseTemplate::new(200).set_body_raw(body, "text/event-stream")
}

/// The text that the caller got, in the caller's dialect.
fn heard(recording: &provoke::recording::Recording) -> String {
    let caller = recording.caller().expect("the caller's leg is recorded");
    let view = provoke::dialect::view(by_id("openai_chat").unwrap(), caller);
    assert!(view.problems.is_empty(), "{:?}", view.problems);
    view.response.text()
}

fn classes(outcome: &Outcome) -> Vec<(u32, usize, &'static str)> {
    outcome
        .failures
        .iter()
        .map(|(attempt, place, failure)| (*attempt, *place, failure.class.name()))
        .collect()
}

/// The providers' order, as the recording has it.
fn order(recording: &provoke::recording::Recording, servers: &[&MockServer]) -> Vec<usize> {
    let names: Vec<String> = (0..servers.len()).map(|place| format!("p{place}")).collect();
    let place = |name: &String| names.iter().position(|known| known == name).unwrap();
    recording.upstream().map(|exchange| place(&exchange.provider)).collect()
}

#[tokio::test]
async fn whole_and_streamed_answers_reach_the_caller_as_it_asked() {
    for dialect in DIALECTS {
        for answer in [whole(dialect), streamed(dialect)] {
            for stream in [true, false] {
                let server = server(answer.clone(), 1).await;
                let (recording, outcome) = run(vec![candidate(dialect, &server)], request(stream)).await;
                assert_eq!((outcome.answered, outcome.failures.len()), (Some(0), 0), "{outcome:?}");
                assert_eq!(heard(&recording), "Good morning, Zoë 🦀");
                let told = recording.caller().unwrap().head().unwrap().header("content-type").unwrap();
                assert_eq!(told, if stream { "text/event-stream" } else { "application/json" });
                let exchange = recording.upstream().next().unwrap();
                let end = exchange.end().map(|end| &end.what);
                assert_eq!(end, Some(&TransportEvent::Eof { complete: true }));
                assert_eq!(exchange.events[0].what, TransportEvent::Connected);
            }
        }
    }
}

/// Status, fields, body, class, and how often the first provider is asked before the second one.
type Refusal = (u16, &'static [(&'static str, &'static str)], &'static str, &'static str, u64);

const REFUSALS: [Refusal; 14] = [
    (400, &[], r#"{"error": {"message": "temperature: unsupported"}}"#, "rejected", 1),
    (401, &[], r#"{"error": {"message": "no"}}"#, "auth", 1),
    (402, &[], r#"{"error": {"message": "no"}}"#, "billing", 1),
    (403, &[], "", "forbidden", 1),
    (404, &[], r#"{"error": {"message": "model not found"}}"#, "model-not-found", 1),
    (404, &[], "404 page not found", "path-not-found", 1),
    (429, &[], r#"{"error": {"message": "slow down"}}"#, "rate-limit", 1),
    (429, &[("retry-after", "2")], "", "rate-limit", 2),
    (429, &[("retry-after", "3600")], "", "rate-limit", 1),
    (429, &[("retry-after-ms", "300")], "", "rate-limit", 2),
    (500, &[], r#"{"error": {"message": "oops"}}"#, "server-error", 2),
    (503, &[], "", "server-error", 2),
    (503, &[("retry-after", "3600")], "", "server-error", 1),
    (
        529,
        &[],
        r#"{"type": "error", "error": {"type": "overloaded_error", "message": "x"}}"#,
        "overloaded",
        1,
    ),
];

#[tokio::test]
async fn each_refusal_is_asked_again_as_often_as_it_is_worth() {
    for dialect in DIALECTS {
        for (status, fields, body, class, times) in REFUSALS {
            let mut answer = ResponseTemplate::new(status).set_body_raw(body, "application/json");
            for (name, value) in fields {
                answer = answer.insert_header(*name, *value);
            }
            let (first, second) = (server(answer, times).await, server(streamed(dialect), 1).await);
            let mut candidates = vec![candidate(dialect, &first), candidate(dialect, &second)];
            (candidates[0].provider, candidates[1].provider) = ("p0".to_owned(), "p1".to_owned());
            let (recording, outcome) = run(candidates, request(true)).await;
            let shown = format!("{dialect} {status} {fields:?}");
            assert_eq!(outcome.answered, Some(1), "{shown}: {outcome:?}");
            let expected: Vec<_> = (1..).take(times as usize).map(|attempt| (attempt, 0, class)).collect();
            assert_eq!(classes(&outcome), expected, "{shown}");
            let mut asked = vec![0; times as usize];
            asked.push(1);
            assert_eq!(order(&recording, &[&first, &second]), asked, "{shown}");
            assert_eq!(heard(&recording), "Good morning, Zoë 🦀", "{shown}");
            assert_eq!(first.received_requests().await.unwrap().len() as u64, times, "{shown}");
        }
    }
}

#[tokio::test]
async fn when_everybody_refuses_the_caller_gets_one_typed_error() {
    let first = server(ResponseTemplate::new(401), 1).await;
    let second = server(ResponseTemplate::new(402).set_body_string("no credit"), 1).await;
    let candidates = vec![candidate("openai_chat", &first), candidate("anthropic_messages", &second)];
    let (recording, outcome) = run(candidates, request(true)).await;
    assert_eq!(classes(&outcome), [(1, 0, "auth"), (2, 1, "billing")]);
    assert_eq!((outcome.answered, outcome.committed), (None, false));
    let caller = recording.caller().unwrap();
    assert_eq!(caller.head().unwrap().status, 402);
    let error = by_id("openai_chat").unwrap().decode_error(&caller.body()).unwrap();
    assert_eq!(error.message, "HTTP 402: no credit");
}

/// The first provider answers long after its deadline; the margins are wide on both sides: it has
/// half a second where a local server needs a millisecond, and it takes a minute.
#[tokio::test]
async fn a_provider_that_is_late_with_its_headers_is_left() {
    let late = server(streamed("openai_chat").set_delay(Duration::from_secs(60)), 1).await;
    let prompt = server(streamed("openai_chat"), 1).await;
    let mut policy = patient();
    policy.deadlines.headers = Duration::from_secs(500);
    let candidates = vec![candidate("openai_chat", &late), candidate("openai_chat", &prompt)];
    let (recording, outcome) = run_with(candidates, request(true), policy).await;
    assert_eq!(outcome.answered, Some(1), "{outcome:?}");
    assert_eq!(outcome.failures[0].2.class, FailureClass::Deadline(Stage::Headers));
    let end = recording.upstream().next().unwrap().end().unwrap();
    assert_eq!(end.what, TransportEvent::TimedOut(Stage::Headers));
}

#[tokio::test]
async fn nobody_listens() {
    let refuser = Refuser::bind(Ipv4Addr::LOCALHOST.into()).unwrap();
    let nowhere = format!("http://{}", refuser.address());
    let there = server(streamed("openai_chat"), 1).await;
    let mut absent = candidate("openai_chat", &there);
    absent.base_url = nowhere;
    let (_, outcome) = run(vec![absent, candidate("openai_chat", &there)], request(true)).await;
    assert_eq!(classes(&outcome), [(1, 0, "refused")]);
    assert_eq!(outcome.answered, Some(1));
}

/// No name server is asked for a label of 64 letters, so this needs no network to fail.
#[tokio::test]
async fn a_host_without_an_address_is_out_of_reach_and_no_matter_of_http() {
    let there = server(streamed("openai_chat"), 1).await;
    let mut lost = candidate("openai_chat", &there);
    lost.base_url = format!("http://{}.test/v1", "n".repeat(64));
    let (_, outcome) = run(vec![lost, candidate("openai_chat", &there)], request(true)).await;
    assert_eq!(classes(&outcome), [(1, 0, "refused")]);
    assert_eq!(outcome.answered, Some(1));
}

/// Eight MiB of text, whole and streamed, byte for byte.
#[tokio::test]
async fn a_large_answer_comes_whole() {
    const RECORD: usize = 16 << 10;
    const RECORDS: usize = 512;
    let (piece, text) = ("m".repeat(RECORD), "m".repeat(RECORD * RECORDS));
    let document = serde_json::json!({
        "id": "c", "object": "chat.completion", "model": MODEL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
    });
    let record = |delta: serde_json::Value, finish: Option<&str>| {
        let choices = serde_json::json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
        format!("data: {}\n\n", serde_json::json!({"id": "c", "model": MODEL, "choices": choices}))
    };
    let mut stream = record(serde_json::json!({"content": piece}), None).repeat(RECORDS);
    stream.push_str(&record(serde_json::json!({}), Some("stop")));
    stream.push_str("data: [DONE]\n\n");
    for (body, told) in [(document.to_string(), "application/json"), (stream, "text/event-stream")] {
        let sent = body.len();
        let server = server(ResponseTemplate::new(200).set_body_raw(body, told), 1).await;
        let (recording, outcome) = run(vec![candidate("openai_chat", &server)], request(false)).await;
        assert_eq!(outcome.answered, Some(0), "{told}: {:?}", classes(&outcome));
        assert_eq!(recording.upstream().next().unwrap().body().len(), sent, "{told}");
        assert!(heard(&recording) == text, "{told}");
    }
}
