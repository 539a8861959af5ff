//! Real frames, spoilt: no panic, no growth, nobody let in, nothing changed in the book.
//!
//! The frames come from recorded sessions where the reference room is there, else from a few of our
//! own. `PROVOKE_FRAMES` says how many are tried (20,000 where it is not set).
#![expect(clippy::disallowed_methods, reason = "it reads recorded frames and how many to try")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use provoke::config::Secret;
use provoke::gateway::frame::Refusal;
use provoke::gateway::fresh::{Fresh, Now};
use provoke::gateway::hall::{Hall, Input, Output};
use provoke::gateway::handshake::Upgrade;
use provoke::gateway::nodes::Nodes;
use provoke::gateway::pairing::image::AtRest;
use provoke::gateway::pairing::{Book, Policy, ServerKey};
use provoke::gateway::settings::{AuthMode, Settings};
use provoke::moment::Moment;
use provoke::seed::{Dice, Seed};
use serde_json::{Value, json};

use super::guest::{Ask, Key, SIX};
use super::load::resident;
use super::subject::TOKEN;

const START_MS: u64 = 1_795_336_955_000;

/// A hall, its book, and a clock.
struct Floor {
    hall: Hall,
    book: Book,
    nodes: Nodes,
    ms: u64,
    dice: Dice,
    next: u64,
}

/// What came of one input.
#[derive(Default)]
struct Heard {
    texts: Vec<Value>,
    trusted: bool,
    closed: bool,
}

impl Floor {
    fn new() -> Self {
        let auth = AuthMode::Token(Some(Secret::new(TOKEN)));
        let settings = Settings { auth, ..super::desk::settings() };
        let now = Now { at: Moment::ZERO, ms: START_MS };
        Self {
            hall: Hall::new(settings, now),
            book: Book::default(),
            nodes: Nodes::default(),
            ms: 0,
            dice: Seed(4).dice(),
            next: 0,
        }
    }

    fn fresh(&mut self) -> Fresh {
        let mut bytes = [0; 32];
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.dice.roll().to_le_bytes());
        }
        Fresh(bytes)
    }

    /// One input, with all that the store and the world answer to it.
    fn give(&mut self, conn: u64, input: Input) -> Heard {
        let mut heard = Heard::default();
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            self.ms += 1;
            let now = Now { at: Moment::from_millis(self.ms), ms: START_MS + self.ms };
            for output in self.hall.handle(now, input) {
                match output {
                    Output::Send { to, text, .. } if to.contains(&conn) => {
                        heard.texts.push(serde_json::from_str(&text).expect("what is sent is JSON"));
                    }
                    Output::Trust { conn: whom } => heard.trusted |= whom == conn,
                    Output::Close { conn: whom, .. } => heard.closed |= whom == conn,
                    Output::Pair { ticket, command, fresh } => {
                        let key = ServerKey([1; 32]);
                        let step = self.book.handle(now.ms, fresh, &key, &Policy::default(), &command);
                        inputs.push(Input::Paired { ticket, step: Box::new(step) });
                    }
                    Output::Node { ticket, command, fresh } => {
                        let step = self.nodes.handle(now.ms, fresh, AtRest::Hash, &command);
                        inputs.push(Input::Node { ticket: Some(ticket), step: Box::new(step) });
                    }
                    Output::Errand { ticket, .. } => {
                        let done = Err(Refusal::unavailable("there is no world here"));
                        inputs.push(Input::Done { ticket, done });
                    }
                    Output::Send { .. } | Output::Log(_) => {}
                }
            }
        }
        heard
    }

    /// Opens a connection; its number and nonce.
    fn open(&mut self) -> (u64, String) {
        self.next += 1;
        let conn = self.next;
        let headers = vec![("host".to_owned(), "127.0.0.1:18789".to_owned())];
        let peer = "127.0.0.1:40000->127.0.0.1:18789".to_owned();
        let upgrade = Box::new(Upgrade { peer_ip: "127.0.0.1".to_owned(), peer, headers });
        let fresh = self.fresh();
        let heard = self.give(conn, Input::Opened { conn, upgrade, fresh });
        let nonce = heard.texts[0]["payload"]["nonce"].as_str().expect("a challenge").to_owned();
        (conn, nonce)
    }

    fn say(&mut self, conn: u64, text: String) -> Heard {
        let fresh = self.fresh();
        self.give(conn, Input::Frame { conn, text, fresh })
    }

    fn close(&mut self, conn: u64) {
        self.give(conn, Input::Closed { conn, code: 1006, reason: String::new() });
    }

    /// A guest that was let in.
    fn guest(&mut self, name: &str, scopes: &[&str]) -> u64 {
        let (conn, nonce) = self.open();
        let params = Ask::cli(&Key::named(name), TOKEN, scopes).params(&nonce, START_MS + self.ms);
        let frame = json!({"type": "req", "id": "c", "method": "connect", "params": params});
        let heard = self.say(conn, frame.to_string());
        assert!(heard.trusted, "{:?}", heard.texts);
        conn
    }
}

/// Frames that clients sent, as text.
fn frames() -> Vec<String> {
    let room = std::env::var_os("PROVOKE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let mut frames: Vec<String> = Vec::new();
    match room.join("data/gateway-transcripts").read_dir() {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
            paths.sort();
            for path in paths {
                let text = std::fs::read_to_string(path).expect("readable");
                let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
                frames
                    .extend(lines.filter(|line| line["dir"] == "c2s").map(|line| line["frame"].to_string()));
            }
        }
        Err(_) => eprintln!("skipped: spoilt_frames (the recorded ones): ../shared is absent"),
    }
    let ask = Ask::cli(&Key::named("abuse"), TOKEN, &SIX).params("nonce", START_MS);
    let own = [
        json!({"type": "req", "id": "1", "method": "connect", "params": ask}),
        json!({"type": "req", "id": "2", "method": "logs.tail", "params": {"limit": 20, "maxBytes": 250_000}}),
        json!({"type": "req", "id": "3", "method": "device.pair.approve", "params": {"requestId": "x"}}),
        json!({"type": "req", "id": "4", "method": "config.set", "params": {"raw": "{}", "baseHash": "x"}}),
    ];
    frames.extend(own.iter().map(Value::to_string));
    frames
}

/// Bytes that break things.
const BAD: [&str; 14] =
    ["\"", "{", "}", "[", "]", "\\u0000", "\u{feff}", "null", "-1", "1e999", "\\ud800", "é", "\u{0}", ","];

/// A frame, spoilt in one to four places.
fn spoil(frame: &str, other: &str, dice: &mut Dice) -> String {
    let mut bytes = frame.as_bytes().to_vec();
    for _ in 0..=dice.below(4) {
        let len = bytes.len() as u64;
        let at = usize::try_from(dice.below(len.max(1))).expect("an index");
        let span = usize::try_from(dice.below(40)).expect("a span").min(bytes.len() - at);
        match dice.below(7) {
            0 => drop(bytes.drain(at..at + span)),
            1 => bytes.truncate(at),
            2 => {
                let piece = bytes[at..at + span].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                let bad = BAD[usize::try_from(dice.below(BAD.len() as u64)).expect("an index")];
                bytes.splice(at..at + span, bad.bytes());
            }
            4 if at < bytes.len() => bytes[at] ^= 1 << dice.below(7),
            5 => drop(bytes.splice(at..at, "[".repeat(span * 10).into_bytes())),
            _ => drop(bytes.splice(at..at + span, other.bytes().take(span * 3))),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// By how much a process may grow over as many frames as are asked for, in bytes.
const GROWTH_MAX: u64 = 16 << 20;

#[test]
fn spoilt_frames_let_nobody_in_and_change_nothing() {
    let asked = std::env::var("PROVOKE_FRAMES").ok().and_then(|text| text.parse().ok());
    let tries = asked.unwrap_or(20_000);
    let frames = frames();
    let mut floor = Floor::new();
    let reader = floor.guest("reader", &["operator.read"]);
    let book = floor.book.clone();
    let mut dice = Seed(11).dice();
    let pick = |dice: &mut Dice| usize::try_from(dice.below(frames.len() as u64)).expect("an index");
    let began = Instant::now();
    // What is paid once is paid before the count begins.
    let mut before = 0;
    for turn in 0..tries {
        if turn == tries / 20 {
            before = resident(std::process::id());
        }
        let (frame, other) = (pick(&mut dice), pick(&mut dice));
        let text = spoilt(&frames[frame], &frames[other], &mut dice);
        let (conn, _) = floor.open();
        let heard = floor.say(conn, text.clone());
        assert!(!heard.trusted, "turn {turn}: let in by {text}");
        assert!(heard.texts.len() <= 1, "turn {turn}: {:?}", heard.texts);
        floor.close(conn);
        let heard = floor.say(reader, text.clone());
        let answers = heard.texts.iter().filter(|text| text["type"] == "res").count();
        assert!(answers <= 1 && !heard.closed, "turn {turn}: {text}: {:?}", heard.texts);
        assert_eq!(floor.hall.count(), (1, 1), "turn {turn}: nothing stays behind");
        assert_eq!(floor.book, book, "turn {turn}: {text}");
    }
    let after = resident(std::process::id());
    println!("{tries} frames in {:?}: {before} bytes held, then {after}", began.elapsed());
    // Other tests run in the same process, unless this one was asked for.
    assert!(asked.is_none() || after <= before + GROWTH_MAX, "it grew from {before} to {after} bytes");
}

/// As [`spoil`]; a frame that came out as it was is spoilt again.
fn spoilt(frame: &str, other: &str, dice: &mut Dice) -> String {
    loop {
        let text = spoil(frame, other, dice);
        if text != frame {
            return text;
        }
    }
}
