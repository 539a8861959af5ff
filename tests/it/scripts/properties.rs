//! What holds for the machine of one turn whatever comes.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use provoke::chat::Event;
use provoke::moment::Moment;
use provoke::recording::timeline::{Act, Piece, Timeline};
use provoke::recording::{Head, Stage, TransportEvent};
use provoke::routing::{Call, FailureClass, Input, Outcome, Output, Turn};
use provoke::seed::Seed;

use super::script::{Setup, body};
use crate::healthy::{self, DIALECTS};

/// The most calls with its own deadlines that a machine may need to end, per attempt.
const CALLS_PER_ATTEMPT: usize = 4;

/// A turn under watch: every output is held against what must always be true.
struct Watched {
    turn: Turn,
    setup: Setup,
    opened: Vec<Call>,
    text: String,
    emitted: bool,
    commits: usize,
    successes: usize,
    over: Option<Outcome>,
}

impl Watched {
    fn new(setup: Setup, seed: Seed) -> Self {
        let turn = setup.turn(seed);
        let (opened, text) = (Vec::new(), String::new());
        Self { turn, setup, opened, text, emitted: false, commits: 0, successes: 0, over: None }
    }

    fn attempt(&self) -> u32 {
        self.opened.last().map_or(0, |call| call.attempt)
    }

    fn handle(&mut self, now: Moment, input: Input) {
        let shown = format!("{input:?}");
        let outputs = self.turn.handle(now, input);
        assert!(self.over.is_none() || outputs.is_empty(), "{shown} after the end led to {outputs:?}");
        for output in outputs {
            assert!(self.over.is_none(), "{output:?} after the end");
            match output {
                Output::Open(call) => self.open(now, call),
                Output::Drop(attempt, _) => assert_eq!(attempt, self.attempt()),
                Output::Emit(event) => self.emit(&event),
                Output::Decide(decision) => {
                    self.commits += usize::from(decision.kind == "commit");
                    self.successes += usize::from(decision.kind == "success");
                    assert!(self.commits <= 1 && self.successes <= 1);
                }
                Output::Over(outcome) => self.end(outcome),
            }
        }
        assert!(!self.emitted || self.commits + self.successes > 0, "{shown}: emitted before the commit");
        assert_eq!(self.turn.deadline().is_none(), self.over.is_some(), "a machine that runs has a deadline");
    }

    fn open(&mut self, now: Moment, call: Call) {
        let total = Moment::ZERO + self.setup.policy.deadlines.total;
        assert!(now < total || call.attempt == 1, "somebody is asked after the turn's time is over");
        assert!(!self.emitted, "the caller has events of another attempt");
        assert_eq!(call.attempt, self.attempt() + 1);
        let candidate = self.opened.last().map_or(0, |call| call.candidate);
        assert!(call.candidate == candidate || call.candidate == candidate + 1);
        self.opened.push(call);
        let policy = &self.setup.policy;
        assert!(self.opened.len() <= policy.attempts_max.max(1) as usize);
        let place = self.opened.last().expect("just pushed").candidate;
        let tries = self.opened.iter().filter(|call| call.candidate == place).count();
        assert!(tries <= policy.attempts_per_candidate.max(1) as usize);
    }

    fn emit(&mut self, event: &Event) {
        let start = matches!(event, Event::Start { .. });
        assert!(!start || !self.emitted, "a start in the middle");
        self.emitted = true;
        if let Event::Delta { text, .. } = event {
            self.text.push_str(text);
        }
    }

    fn end(&mut self, outcome: Outcome) {
        assert_eq!(outcome.answered.is_some(), self.successes == 1);
        assert_eq!(outcome.committed, self.commits == 1);
        assert!(outcome.failures.len() <= self.opened.len() + 1);
        if let (Some(answered), Some(call)) = (outcome.answered, self.opened.last()) {
            assert_eq!(answered, call.candidate);
        }
        let late = |class| matches!(class, FailureClass::Deadline(Stage::Drain));
        assert!(!outcome.failures.iter().any(|(_, _, failure)| late(failure.class)));
        self.over = Some(outcome);
    }

    /// Calls the machine at its own deadlines until it ends.
    fn run_out(&mut self) {
        let most = CALLS_PER_ATTEMPT * (self.setup.policy.attempts_max as usize + 1);
        for _ in 0..most {
            let Some(deadline) = self.turn.deadline() else { break };
            self.handle(deadline, Input::Deadline);
        }
        assert!(self.over.is_some(), "no end after {most} deadlines");
    }
}

fn head() -> TransportEvent {
    let headers = vec![("content-type".to_owned(), "text/event-stream".to_owned())];
    TransportEvent::Head(Head { status: 200, headers })
}

/// The text of the healthy answer, as the machine emits it when nothing is wrong.
fn canonical(dialect: &str, timeline: &Timeline) -> String {
    let watched = cut(dialect, &body(timeline, |_| true), Some(TransportEvent::Eof { complete: true }));
    assert_eq!(watched.over.expect("it ended").answered, Some(0));
    watched.text
}

/// A turn over two candidates, whose first one sends these bytes and then ends so, or falls silent.
fn cut(dialect: &str, bytes: &[u8], end: Option<TransportEvent>) -> Watched {
    let mut setup = Setup { dialects: vec![dialect.to_owned(), dialect.to_owned()], ..Setup::default() };
    setup.policy.attempts_per_candidate = 1;
    let mut watched = Watched::new(setup, Seed(1));
    let mut now = Moment::ZERO;
    watched.handle(now, Input::Begin);
    let bytes = TransportEvent::Bytes(Bytes::copy_from_slice(bytes));
    for event in [TransportEvent::Connected, head(), bytes] {
        now += Duration::from_millis(1);
        watched.handle(now, Input::Transport(1, event));
    }
    match end {
        Some(end) => watched.handle(now, Input::Transport(1, end)),
        None => watched.handle(watched.turn.deadline().expect("it runs"), Input::Deadline),
    }
    watched
}

/// Where the record with the finish reason ends, without its blank line.
fn finish_told(timeline: &Timeline) -> usize {
    let mut end = 0;
    for act in &timeline.acts {
        if let Act::Body { bytes, piece } = act {
            end += bytes.len();
            if *piece == Piece::Finish {
                return end - 2;
            }
        }
    }
    panic!("the healthy answer has a finish reason")
}

/// Every prefix of a healthy stream, with every kind of end: a success exactly when the finish
/// reason came; never a word that the model did not say; the next candidate exactly when the
/// caller has nothing yet.
#[test]
fn no_prefix_of_a_stream_is_a_false_success() {
    let ends = [
        (Some(TransportEvent::Eof { complete: true }), 0),
        (Some(TransportEvent::Eof { complete: false }), 0),
        // Only an end in good order can stand for the blank line.
        (Some(TransportEvent::Reset), 2),
        (None, 2),
    ];
    for dialect in DIALECTS {
        for timeline in [healthy::text(dialect), healthy::tool_call(dialect)] {
            let (whole, canonical) = (body(&timeline, |_| true), canonical(dialect, &timeline));
            let told = finish_told(&timeline);
            for at in 0..=whole.len() {
                for (end, blank_line) in &ends {
                    let watched = cut(dialect, &whole[..at], end.clone());
                    let shown = format!("{dialect}, {at} of {} bytes, then {end:?}", whole.len());
                    let answered = watched.successes == 1;
                    assert_eq!(answered, at >= told + blank_line, "{shown}");
                    assert!(canonical.starts_with(&watched.text), "{shown}: said {:?}", watched.text);
                    assert!(!answered || watched.text == canonical, "{shown}: said {:?}", watched.text);
                    assert_eq!(watched.opened.len() == 2, !watched.emitted, "{shown}");
                }
            }
        }
    }
}

/// What a transport may tell: fragments of both dialects, junk, every kind of end.
fn news() -> impl Strategy<Value = TransportEvent> {
    let mut fragments: Vec<Vec<u8>> = DIALECTS
        .iter()
        .flat_map(|dialect| [healthy::text(dialect), healthy::tool_call(dialect), healthy::whole(dialect)])
        .flat_map(|timeline| timeline.acts)
        .filter_map(|act| match act {
            Act::Body { bytes, .. } => Some(bytes.to_vec()),
            _ => None,
        })
        .collect();
    let junk: [&[u8]; 9] = [
        b" ",
        b"\xef\xbb",
        b"\xef\xbb\xbf",
        b": comment\n\n",
        b"data: {\n\n",
        b"<html>",
        b"{\"error\": {\"message\": \"no\"}}",
        b"event: error\ndata: {\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\"}}\n\n",
        b"data: [DONE]",
    ];
    fragments.extend(junk.map(<[u8]>::to_vec));
    let bytes = proptest::sample::select(fragments).prop_map(Bytes::from).prop_map(TransportEvent::Bytes);
    let status = proptest::sample::select(vec![200_u16, 204, 302, 400, 401, 404, 413, 429, 500, 503, 529]);
    let wait = proptest::sample::select(vec!["0", "1", "9", "99999999999", "-1", "soon", "inf"]);
    let heads = (status, wait).prop_map(|(status, wait)| {
        TransportEvent::Head(Head { status, headers: vec![("retry-after".to_owned(), wait.to_owned())] })
    });
    let others = proptest::sample::select(vec![
        TransportEvent::Connected,
        TransportEvent::Refused,
        TransportEvent::TlsFailed("expired".to_owned()),
        TransportEvent::Malformed("junk".to_owned()),
        TransportEvent::Eof { complete: true },
        TransportEvent::Eof { complete: false },
        TransportEvent::Reset,
        TransportEvent::GoAway,
        TransportEvent::TimedOut(Stage::Headers),
        TransportEvent::Cancelled,
        TransportEvent::Gap { bytes: 3, records: 1 },
    ]);
    prop_oneof![8 => bytes, 3 => heads, 2 => others]
}

#[derive(Debug, Clone)]
enum Move {
    Begin,
    /// News of an attempt that is this many behind the last one.
    News(u32, TransportEvent),
    /// A call at the machine's deadline, and this much later.
    Due(u64),
    /// A call too early.
    Early,
    Left,
}

fn moves() -> impl Strategy<Value = Vec<(u64, Move)>> {
    let age = prop_oneof![9 => Just(0_u32), 1 => 1_u32..3];
    let any = prop_oneof![
        16 => (age, news()).prop_map(|(age, event)| Move::News(age, event)),
        2 => (0_u64..30_000).prop_map(Move::Due),
        1 => Just(Move::Early),
        1 => Just(Move::Begin),
        1 => Just(Move::Left),
    ];
    proptest::collection::vec((0_u64..1500, any), 0..40)
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn whatever_comes_the_machine_ends_and_keeps_its_rules(
        moves in moves(),
        dialects in proptest::collection::vec(proptest::sample::select(DIALECTS.to_vec()), 0..4),
        limits in (0_u32..5, 0_u32..4),
        stream in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let dialects = dialects.into_iter().map(str::to_owned).collect();
        let mut setup = Setup { dialects, stream, ..Setup::default() };
        (setup.policy.attempts_max, setup.policy.attempts_per_candidate) = limits;
        let mut watched = Watched::new(setup, Seed(seed));
        let mut now = Moment::ZERO;
        watched.turn_begins(now);
        for (later, step) in moves {
            now += Duration::from_millis(later);
            match step {
                Move::Begin => watched.handle(now, Input::Begin),
                Move::News(age, event) => {
                    let attempt = watched.attempt().saturating_sub(age);
                    watched.handle(now, Input::Transport(attempt, event));
                }
                Move::Due(late) => {
                    now = watched.turn.deadline().map_or(now, |due| now.max(due + Duration::from_millis(late)));
                    watched.handle(now, Input::Deadline);
                }
                Move::Early => watched.handle(now, Input::Deadline),
                Move::Left => watched.handle(now, Input::CallerLeft),
            }
        }
        watched.run_out();
    }

    #[test]
    fn where_the_network_cuts_changes_nothing(
        dialect in proptest::sample::select(DIALECTS.to_vec()),
        tools in any::<bool>(),
        places in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
    ) {
        let timeline = if tools { healthy::tool_call(dialect) } else { healthy::text(dialect) };
        let whole = body(&timeline, |_| true);
        let places: Vec<usize> = places.iter().map(|place| place.index(whole.len())).collect();
        let setup = Setup { dialects: vec![dialect.to_owned()], ..Setup::default() };
        let mut watched = Watched::new(setup, Seed(1));
        watched.turn_begins(Moment::ZERO);
        watched.handle(Moment::ZERO, Input::Transport(1, head()));
        for piece in crate::case_file::cut_at(&whole, &places) {
            let event = TransportEvent::Bytes(Bytes::copy_from_slice(piece));
            watched.handle(Moment::ZERO, Input::Transport(1, event));
        }
        watched.handle(Moment::ZERO, Input::Transport(1, TransportEvent::Eof { complete: true }));
        prop_assert_eq!(watched.over.expect("it ended").answered, Some(0));
        prop_assert_eq!(watched.text, canonical(dialect, &timeline));
    }

    #[test]
    fn a_wait_lies_between_half_a_step_and_what_was_asked(seed in any::<u64>(), asked in 0_u64..12_000) {
        let mut watched = Watched::new(Setup::default(), Seed(seed));
        watched.turn_begins(Moment::ZERO);
        let headers = vec![("retry-after-ms".to_owned(), asked.to_string())];
        let head = TransportEvent::Head(Head { status: 503, headers });
        watched.handle(Moment::ZERO, Input::Transport(1, head));
        watched.handle(Moment::ZERO, Input::Transport(1, TransportEvent::Eof { complete: true }));
        let Some(until) = watched.turn.deadline() else {
            // Nobody else is there to ask, and the wait does not fit.
            prop_assert!(asked > 10_000);
            return Ok(());
        };
        let wait = until.since(Moment::ZERO);
        prop_assert!(asked <= 10_000 && wait >= Duration::from_millis(asked.max(200)));
        prop_assert!(wait <= Duration::from_millis(asked.max(400)));
    }
}

impl Watched {
    fn turn_begins(&mut self, now: Moment) {
        assert_eq!(self.turn.deadline(), None, "nothing is due before the beginning");
        self.handle(now, Input::Begin);
    }
}
