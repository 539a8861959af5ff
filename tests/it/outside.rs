//! The router against an independent witness: `wiremock` over real sockets.
//!
//! Our own mocks and our own router could share a mistake; this server shares nothing with them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod requests;
mod turns;

use std::time::Duration;

use provoke::chat::{Message, Request, Role};
use provoke::dialect::codec;
use provoke::io::clock::{Clock, TimeScale};
use provoke::io::router::{Patient, drive};
use provoke::recording::{Recording, Redactor, Tap};
use provoke::routing::{Candidate, Outcome, Policy, Session};
use provoke::seed::Seed;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::healthy::MODEL;

/// The key that must reach its provider, and nothing else.
const KEY: &str = "sk-witness-0123456789abcdefghij";

/// A candidate at this server.
fn candidate(dialect: &str, server: &MockServer) -> Candidate {
    let dialect = codec(dialect).unwrap();
    Candidate {
        provider: "lab".to_owned(),
        model: MODEL.to_owned(),
        dialect,
        base_url: format!("{}{}", server.uri(), dialect.base_path()),
        key: Some(KEY.to_owned()),
        bearer_too: false,
        headers: Vec::new(),
    }
}

fn request(stream: bool) -> Request {
    let messages = vec![Message::text(Role::User, "Good morning, Zoë 🦀")];
    Request { messages, stream, max_tokens: Some(64), ..Request::default() }
}

/// Runs a turn over real sockets, 1000 times as fast as it says; no stage is in a hurry.
async fn run(candidates: Vec<Candidate>, request: Request) -> (Recording, Outcome) {
    run_with(candidates, request, patient()).await
}

async fn run_with(candidates: Vec<Candidate>, request: Request, mut policy: Policy) -> (Recording, Outcome) {
    let hours = Duration::from_secs(20 * 3600);
    for stage in [
        &mut policy.deadlines.connect,
        &mut policy.deadlines.first_event,
        &mut policy.deadlines.inter_event,
        &mut policy.deadlines.total,
        &mut policy.deadlines.drain,
    ] {
        *stage = hours;
    }
    let tap = Tap::new(provoke::recording::Policy::Full, Redactor::new([KEY.to_owned()]));
    let caller = codec("openai_chat").unwrap();
    let mut session = Session::new(candidates, request, policy, Seed(1), caller, tap);
    let clock = Clock::start(TimeScale::new(1000.0).unwrap());
    drive(&mut session, &clock, &mut Patient::new(&clock, None)).await;
    session.finish()
}

/// A policy whose headers deadline no healthy server meets with.
fn patient() -> Policy {
    let mut policy = Policy::default();
    policy.deadlines.headers = Duration::from_secs(20 * 3600);
    policy
}

/// A server that gives this answer to every POST, and must be asked exactly so often.
async fn server(answer: ResponseTemplate, times: u64) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(answer).expect(times).mount(&server).await;
    server
}
