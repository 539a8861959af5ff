//! The hall without sockets: who hears what and when, in told time, and by chance.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use provoke::config::Secret;
use provoke::gateway::desk::ConnId;
use provoke::gateway::fresh::{Fresh, Now};
use provoke::gateway::hall::{Hall, Input, Output, Ticket};
use provoke::gateway::handshake::Upgrade;
use provoke::gateway::pairing::{Policy, ServerKey, Step, Store};
use provoke::gateway::settings::{AuthMode, Settings};
use provoke::io::gateway::store::Memory;
use provoke::moment::Moment;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::desk;
use super::shell::{SIX, TOKEN, connect};

/// A hall, the store behind it, and what it promised.
struct Scene {
    hall: Hall,
    store: Memory,
    now: Now,
    steps: u64,
    nonces: BTreeMap<ConnId, String>,
    /// Questions that are not answered yet.
    asked: BTreeMap<Ticket, Step>,
    /// Sockets that were closed, by either side.
    gone: BTreeSet<ConnId>,
}

fn settings(token: &str) -> Settings {
    Settings { auth: AuthMode::Token(Some(Secret::new(token))), ..desk::settings() }
}

impl Scene {
    fn new() -> Self {
        // Signatures are of the real time, so the hall lives in it.
        let wall = connect(1, "", &[], "operator", json!({}))["params"]["device"]["signedAt"].as_u64();
        let now = Now { at: Moment::from_millis(1000), ms: wall.unwrap_or_default() };
        Self {
            hall: Hall::new(settings(TOKEN), now),
            store: Memory::new(ServerKey([7; 32]), Policy::default()),
            now,
            steps: 0,
            nonces: BTreeMap::new(),
            asked: BTreeMap::new(),
            gone: BTreeSet::new(),
        }
    }

    fn fresh(&mut self) -> Fresh {
        self.steps += 1;
        Fresh(Sha256::digest(self.steps.to_be_bytes()).into())
    }

    fn wait(&mut self, ms: u64) {
        self.now = Now { at: self.now.at + Duration::from_millis(ms), ms: self.now.ms.saturating_add(ms) };
    }

    /// One input, and what must hold after each.
    fn handle(&mut self, input: Input) -> Vec<Output> {
        let closed = match &input {
            Input::Closed { conn, .. } => Some(*conn),
            _ => None,
        };
        self.gone.extend(closed);
        let outputs = self.hall.handle(self.now, input);
        for output in &outputs {
            match output {
                Output::Send { to, text, .. } => {
                    assert!(!to.is_empty(), "{text}");
                    assert!(to.iter().all(|conn| !self.gone.contains(conn)), "{text} to somebody who left");
                    assert!(!text.contains(TOKEN), "{text}");
                    let frame: Value = serde_json::from_str(text).expect("frames are JSON");
                    if let Some(nonce) = frame["payload"]["nonce"].as_str() {
                        self.nonces.insert(to[0], nonce.to_owned());
                    }
                }
                Output::Trust { conn } => assert!(!self.gone.contains(conn)),
                Output::Close { conn, close } => {
                    assert!(self.gone.insert(*conn), "closed twice: {close:?}");
                    assert!(close.reason.len() <= 123);
                }
                Output::Pair { ticket, command, fresh } => {
                    let step = self.store.transact(self.now.ms, *fresh, command);
                    assert!(self.asked.insert(*ticket, step).is_none(), "a ticket is used once");
                }
                Output::Node { .. } | Output::Errand { .. } => {}
                Output::Log(line) => assert!(!line.message.contains(TOKEN), "{line:?}"),
            }
        }
        assert!(self.hall.deadline().is_none_or(|due| due > self.now.at), "it would be woken in a circle");
        outputs
    }

    fn open(&mut self, conn: ConnId) -> Vec<Output> {
        let upgrade = Upgrade {
            peer_ip: "127.0.0.1".into(),
            peer: "127.0.0.1:9->127.0.0.1:8".into(),
            headers: vec![("host".into(), "127.0.0.1:8".into())],
        };
        let fresh = self.fresh();
        self.handle(Input::Opened { conn, upgrade: Box::new(upgrade), fresh })
    }

    fn say(&mut self, conn: ConnId, frame: &Value) -> Vec<Output> {
        let fresh = self.fresh();
        self.handle(Input::Frame { conn, text: frame.to_string(), fresh })
    }

    fn introduce(&mut self, conn: ConnId, device: u8) -> Vec<Output> {
        let nonce = self.nonces.get(&conn).cloned().unwrap_or_default();
        let mut frame = connect(device, &nonce, &SIX, "operator", json!({"token": TOKEN}));
        if device == 0 {
            frame["params"]["device"].take();
            frame["params"].as_object_mut().map(|params| params.remove("device"));
        }
        self.say(conn, &frame)
    }

    fn answer(&mut self) -> Vec<Output> {
        let Some((ticket, step)) = self.asked.pop_first() else { return Vec::new() };
        self.handle(Input::Paired { ticket, step: Box::new(step) })
    }
}

/// How many sockets a message of this event went to, and how many messages there were.
fn heard(outputs: &[Output], event: &str) -> (usize, usize) {
    let part = format!("\"event\":\"{event}\"");
    let sends = outputs.iter().filter_map(|output| match output {
        Output::Send { to, text, .. } if text.contains(&part) => Some(to.len()),
        _ => None,
    });
    sends.fold((0, 0), |(sockets, messages), to| (sockets + to, messages + 1))
}

fn close_of(outputs: &[Output]) -> Option<(u16, &str)> {
    outputs.iter().find_map(|output| match output {
        Output::Close { close, .. } => Some((close.code, close.reason.as_str())),
        _ => None,
    })
}

#[test]
fn a_thousand_newcomers_in_a_second_hear_of_the_health_twice_at_most() {
    let mut scene = Scene::new();
    let mut outputs = Vec::new();
    for conn in 1..=1000 {
        scene.open(conn);
        outputs.extend(scene.introduce(conn, 0));
        scene.wait(1);
    }
    let (_, guests) = scene.hall.count();
    assert_eq!(guests, 1000);
    let (sockets, _) = heard(&outputs, "health");
    assert!((1000..=2000).contains(&sockets), "{sockets} messages for 1000 newcomers");
    scene.wait(2000);
    assert_eq!(heard(&scene.handle(Input::Woken), "health"), (1000, 1), "then all of them hear it once");
}

#[test]
fn ticks_keep_their_beat_and_are_not_made_up_for() {
    let mut scene = Scene::new();
    scene.open(1);
    scene.introduce(1, 0);
    let mut at = Vec::new();
    for wait in [29_999, 1, 75_000, 14_999, 1] {
        scene.wait(wait);
        at.push(heard(&scene.handle(Input::Woken), "tick").1);
    }
    assert_eq!(at, [0, 1, 1, 0, 1]);
}

#[test]
fn a_wall_clock_that_steps_moves_no_deadline() {
    let today = Scene::new().now.ms;
    let day = 24 * 3600 * 1000;
    for wall in [today + day, today - day, 0, 4_102_444_800_000, u64::MAX] {
        let mut scene = Scene::new();
        scene.open(1);
        scene.introduce(1, 1);
        scene.answer();
        let event =
            json!({"type": "req", "id": "1", "method": "system-event", "params": {"text": "it was I"}});
        scene.say(1, &event);
        scene.open(2);
        scene.now.ms = wall;
        let outputs = scene.handle(Input::Woken);
        assert_eq!((heard(&outputs, "tick").1, close_of(&outputs)), (0, None), "{wall}");
        // The signature is of the time before the step.
        assert_eq!(close_of(&scene.introduce(2, 2)), Some((1008, "device signature expired")), "{wall}");
        let present = json!({"type": "req", "id": "2", "method": "system-presence"});
        let lists = |outputs: &[Output]| {
            outputs
                .iter()
                .any(|output| matches!(output, Output::Send { text, .. } if text.contains("it was I")))
        };
        for (seconds, is_listed) in [(30, true), (30, true), (239, true), (2, false)] {
            scene.now.at += Duration::from_secs(seconds);
            scene.now.ms = scene.now.ms.saturating_add(1000 * seconds);
            let outputs = scene.handle(Input::Woken);
            assert_eq!((heard(&outputs, "tick").1, close_of(&outputs)), (1, None));
            assert_eq!(lists(&scene.say(1, &present)), is_listed, "{wall} {seconds}");
        }
    }
}

#[test]
fn whoever_does_not_come_in_within_ten_seconds_is_closed_even_while_the_book_is_asked() {
    let mut scene = Scene::new();
    scene.open(1);
    scene.wait(5000);
    scene.introduce(1, 1);
    scene.wait(4999);
    assert_eq!(close_of(&scene.handle(Input::Woken)), None);
    scene.wait(1);
    assert_eq!(close_of(&scene.handle(Input::Woken)), Some((1000, "")));
    assert!(
        scene.answer().iter().all(|output| !matches!(output, Output::Send { .. })),
        "the answer comes too late"
    );
}

#[test]
fn what_comes_before_hello_ok_is_bounded() {
    let mut scene = Scene::new();
    scene.open(1);
    scene.introduce(1, 1);
    let request = json!({"type": "req", "id": "1", "method": "health"});
    for _ in 0..64 {
        assert_eq!(close_of(&scene.say(1, &request)), None);
    }
    assert_eq!(close_of(&scene.say(1, &request)), Some((1008, "too many frames before hello-ok")));
}

#[test]
fn a_secret_that_changes_while_the_book_is_asked_lets_nobody_in() {
    let mut scene = Scene::new();
    scene.open(1);
    scene.introduce(1, 1);
    scene.handle(Input::Reconfigured(Box::new(settings("another"))));
    assert_eq!(close_of(&scene.answer()), Some((4001, "gateway auth changed")));
}

#[test]
fn requests_beyond_all_bounds_are_told_to_come_again() {
    let mut scene = Scene::new();
    scene.open(1);
    scene.introduce(1, 1);
    scene.answer();
    let request = json!({"type": "req", "id": "1", "method": "device.pair.list", "params": {}});
    let refused = (0..300).filter(|_| {
        let outputs = scene.say(1, &request);
        outputs
            .iter()
            .any(|output| matches!(output, Output::Send { text, .. } if text.contains("UNAVAILABLE")))
    });
    assert_eq!(refused.count(), 300 - 256);
    assert!(
        matches!(&scene.answer()[..], [Output::Log(_), Output::Send { text, .. }] if text.contains("\"paired\""))
    );
}

#[derive(Debug, Clone)]
enum Act {
    Open(ConnId),
    Introduce(ConnId, u8),
    Say(ConnId, usize),
    Gone(ConnId),
    Answer,
    Wait(u64),
    Wall(u64),
    Secret(bool),
    Stop,
}

const SAYINGS: [&str; 8] = [
    "{",
    "{}",
    r#"{"type":"req","id":"1","method":"health"}"#,
    r#"{"type":"req","id":"2","method":"device.pair.list","params":{}}"#,
    r#"{"type":"req","id":"3","method":"connect","params":{}}"#,
    r#"{"type":"req","id":"4","method":"logs.tail","params":{"limit":0}}"#,
    r#"{"type":"req","id":"5","method":"exec.approval.request","params":{"command":"ls","twoPhase":true,"timeoutMs":500}}"#,
    r#"{"type":"req","id":"6","method":"logs.tail","params":{}}"#,
];

fn act() -> impl Strategy<Value = Act> {
    let conn = 1_u64..6;
    prop_oneof![
        4 => conn.clone().prop_map(Act::Open),
        6 => (conn.clone(), 0_u8..3).prop_map(|(conn, device)| Act::Introduce(conn, device)),
        8 => (conn.clone(), 0..SAYINGS.len()).prop_map(|(conn, saying)| Act::Say(conn, saying)),
        2 => conn.prop_map(Act::Gone),
        6 => Just(Act::Answer),
        4 => (0_u64..40_000).prop_map(Act::Wait),
        1 => prop_oneof![Just(0), Just(u64::MAX), any::<u64>()].prop_map(Act::Wall),
        1 => any::<bool>().prop_map(Act::Secret),
        1 => Just(Act::Stop),
    ]
}

proptest! {
    #![proptest_config(crate::chance::tries(128))]

    /// Whatever happens in whatever order: nobody who left is spoken to, nobody is closed twice, no
    /// deadline lies in the past, no secret is said, and nothing panics.
    #[test]
    fn in_any_order_the_hall_keeps_its_promises(acts in prop::collection::vec(act(), 1..60)) {
        let mut scene = Scene::new();
        // A number is never used twice, so each opening has its own.
        let mut numbers: BTreeMap<ConnId, ConnId> = BTreeMap::new();
        let mut next = 0;
        for act in acts {
            let number = |conn: &ConnId| numbers.get(conn).copied().unwrap_or(u64::MAX);
            match act {
                Act::Open(conn) => {
                    next += 1;
                    numbers.insert(conn, next);
                    scene.open(next);
                }
                Act::Introduce(conn, device) => drop(scene.introduce(number(&conn), device)),
                Act::Say(conn, saying) => {
                    let (conn, fresh) = (number(&conn), scene.fresh());
                    scene.handle(Input::Frame { conn, text: SAYINGS[saying].to_owned(), fresh });
                }
                Act::Gone(conn) => {
                    let conn = number(&conn);
                    scene.handle(Input::Closed { conn, code: 1006, reason: String::new() });
                }
                Act::Answer => drop(scene.answer()),
                Act::Wait(ms) => {
                    scene.wait(ms);
                    scene.handle(Input::Woken);
                }
                Act::Wall(ms) => scene.now.ms = ms,
                Act::Secret(same) => {
                    let settings = settings(if same { TOKEN } else { "another" });
                    scene.handle(Input::Reconfigured(Box::new(settings)));
                }
                Act::Stop => drop(scene.handle(Input::Stop { reason: "test".to_owned() })),
            }
        }
    }
}
