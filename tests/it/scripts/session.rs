//! The turn under its tap: what the recording says of it, and what the caller gets.

use bytes::Bytes;
use provoke::dialect::codec;
use provoke::moment::Moment;
use provoke::recording::{Head, Policy, Recording, Redactor, Stage, Tap, TransportEvent};
use provoke::routing::{Effect, Input, Session};
use provoke::seed::Seed;

use super::script::{Setup, body, pieces, request};
use crate::healthy;

const CHAT: &str = "openai_chat";

fn session(candidates: usize, stream: bool) -> Session {
    let setup = Setup { dialects: vec![CHAT.to_owned(); candidates], stream, ..Setup::default() };
    let tap = Tap::new(Policy::Full, Redactor::default());
    let caller = codec(CHAT).unwrap();
    Session::new(setup.candidates(), request(stream), setup.policy, Seed(1), caller, tap)
}

fn head(status: u16) -> TransportEvent {
    TransportEvent::Head(Head { status, headers: Vec::new() })
}

/// Gives events of an attempt, all at this millisecond.
fn tell(session: &mut Session, millis: u64, attempt: u32, events: Vec<TransportEvent>) -> Vec<Effect> {
    let now = Moment::from_millis(millis);
    events.into_iter().flat_map(|event| session.handle(now, Input::Transport(attempt, event))).collect()
}

fn said(bytes: Vec<u8>) -> TransportEvent {
    TransportEvent::Bytes(Bytes::from(bytes))
}

/// The events of the caller's leg, each with its millisecond.
fn caller(recording: &Recording) -> Vec<(u64, TransportEvent)> {
    let events = &recording.caller().unwrap().events;
    events.iter().map(|event| (event.at.nanos() / 1_000_000, event.what.clone())).collect()
}

#[test]
fn late_news_of_a_dropped_attempt_is_no_part_of_the_recording() {
    let mut session = session(2, true);
    session.handle(Moment::ZERO, Input::Begin);
    let effects = session.handle(Moment::from_millis(1000), Input::Deadline);
    assert!(matches!(effects[..], [Effect::Drop(1), Effect::Open(_)]), "{effects:?}");
    let late = vec![TransportEvent::Connected, head(200), said(pieces(CHAT).0)];
    assert_eq!(tell(&mut session, 1001, 1, late), []);
    let (recording, _) = session.finish();
    let first = recording.upstream().next().unwrap();
    assert_eq!(first.events.len(), 1, "{:?}", first.events);
    assert_eq!(first.end().unwrap().what, TransportEvent::TimedOut(Stage::Connect));
}

#[test]
fn a_caller_that_left_gets_no_end_in_good_order() {
    for failed_before in [false, true] {
        let mut session = session(2, true);
        session.handle(Moment::ZERO, Input::Begin);
        let attempt = if failed_before {
            tell(&mut session, 1, 1, vec![head(401), TransportEvent::Eof { complete: true }]);
            2
        } else {
            let (start, mut words, _) = pieces(CHAT);
            tell(&mut session, 1, 1, vec![head(200), said(start), said(words.swap_remove(0))]);
            1
        };
        let effects = session.handle(Moment::from_millis(2), Input::CallerLeft);
        assert_eq!(effects, [Effect::Drop(attempt), Effect::Over]);
        let (recording, outcome) = session.finish();
        assert_eq!(outcome.failures.len(), usize::from(failed_before));
        let caller = caller(&recording);
        assert_eq!(caller.last(), Some(&(2, TransportEvent::Cancelled)));
        assert!(!caller.iter().any(|(_, event)| matches!(event, TransportEvent::Eof { .. })));
        assert_eq!(caller.len() == 1, failed_before, "{caller:?}");
    }
}

/// A caller that asked for a document does not wait for the provider to end its stream.
#[test]
fn a_whole_answer_does_not_wait_for_the_drain() {
    let mut session = session(1, false);
    session.handle(Moment::ZERO, Input::Begin);
    let whole = body(&healthy::text(CHAT), |_| true);
    tell(&mut session, 7, 1, vec![head(200), said(whole)]);
    let due = session.deadline().unwrap();
    assert_eq!(session.handle(due, Input::Deadline), [Effect::Drop(1), Effect::Over]);
    let (recording, outcome) = session.finish();
    assert_eq!(outcome.answered, Some(0));
    let caller = caller(&recording);
    let moments: Vec<u64> = caller.iter().map(|(at, _)| *at).collect();
    assert_eq!(moments, [7, 7, 7], "{caller:?}");
    let TransportEvent::Bytes(document) = &caller[1].1 else { panic!("{caller:?}") };
    let answer = codec(CHAT).unwrap().decode_response(document);
    assert_eq!((answer.value.text().as_str(), answer.problems.len()), ("Good morning, Zoë 🦀", 0));
}

/// After the commit a failure is an error in the stream: no second status, no terminal record.
#[test]
fn a_failure_after_the_commit_is_an_error_in_the_stream() {
    let mut session = session(2, true);
    session.handle(Moment::ZERO, Input::Begin);
    let (start, mut words, _) = pieces(CHAT);
    tell(&mut session, 1, 1, vec![head(200), said(start), said(words.swap_remove(0)), TransportEvent::Reset]);
    let (recording, outcome) = session.finish();
    assert!(outcome.committed && outcome.answered.is_none());
    let exchange = recording.caller().unwrap();
    let heads = exchange.events.iter().filter(|event| matches!(event.what, TransportEvent::Head(_)));
    assert_eq!(heads.count(), 1);
    let view = provoke::dialect::view(codec(CHAT).unwrap(), exchange);
    assert_eq!(view.response.text(), "Good");
    assert!(view.response.finish.is_none() && !view.ended);
    assert_eq!(view.error.unwrap().kind.as_deref(), Some("cut"));
}
