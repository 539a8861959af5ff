//! Floods: connections by the thousand that come in, that say nothing, or that fall silent, and what
//! others notice of them; and many clients that ask many things at once.
//!
//! `PROVOKE_FLOOD` says for how many seconds (a few rounds where it is not set, and then no time is
//! measured).
#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::guest::{self, Ask, Key};
use super::load::{resident, worst};
use super::subject::{Make, Subject, TOKEN};

/// Clients that connect properly, one after the other each.
const CALLERS: u8 = 50;

/// Peers that open connections and say nothing, or half a head.
const MUTES: u8 = 8;

/// Connections that each of them holds at once.
const HELD: usize = 1000;

/// Peers that upgrade and never send a frame.
const SILENT: u8 = 4;

/// How soon somebody else is answered meanwhile: connect, health and all.
const ANSWER_MAX: Duration = Duration::from_secs(1);

/// By how much the gateway may have grown when all are gone, in bytes: what 4096 connections that say
/// nothing took at once is free by then, but the allocator keeps it. Further floods take no more.
const GROWTH_MAX: u64 = 160 << 20;

/// How long a socket that says nothing is let be, and a second for it to go.
const PATIENCE: Duration = Duration::from_secs(11);

/// How long it goes on: for so long, or so many rounds.
#[derive(Clone, Copy)]
enum Until {
    Instant(Instant),
    Rounds(usize),
}

impl Until {
    fn is_over(self, round: usize) -> bool {
        match self {
            Self::Instant(end) => Instant::now() >= end,
            Self::Rounds(rounds) => round >= rounds,
        }
    }
}

/// An address of this machine of one's own, so that no limit of an address is another's.
fn address(kind: u8, index: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 1, kind, index + 1)
}

async fn dial(from: Ipv4Addr, port: u16) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from.into(), 0))?;
    socket.connect(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)).await
}

/// Comes, asks, and goes; how long that took.
async fn visit(port: u16, ask: &Ask) -> Duration {
    let began = Instant::now();
    let mut guest = guest::connect(port, ask).await.guest();
    guest.call("health", json!({})).await.expect("a health");
    let took = began.elapsed();
    guest.leave().await;
    took
}

async fn caller(port: u16, index: u8, until: Until, counted: Arc<AtomicUsize>) {
    let ask = Ask::cli(&Key::named(&format!("caller-{index}")), TOKEN, &["operator.read"]);
    let ask = ask.from(address(1, index));
    let mut round = 0;
    while !until.is_over(round) {
        visit(port, &ask).await;
        counted.fetch_add(1, Ordering::Relaxed);
        round += 1;
    }
}

/// Opens connections, with half a head on every second one, and lets the oldest go.
async fn mute(port: u16, index: u8, until: Until, counted: Arc<AtomicUsize>) {
    let mut held = VecDeque::new();
    let mut round = 0;
    while !until.is_over(round) {
        round += 1;
        if let Ok(mut stream) = dial(address(2, index), port).await {
            if round % 2 == 0 {
                // It may have had to go already.
                let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n").await;
            }
            held.push_back(stream);
            counted.fetch_add(1, Ordering::Relaxed);
        }
        if held.len() > HELD {
            held.pop_front();
        }
    }
}

/// Upgrades, and never sends a frame; how many at once were let wait.
async fn silent(port: u16, index: u8, until: Until, counted: Arc<AtomicUsize>) -> usize {
    let head = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    let (mut held, mut most, mut round) = (Vec::new(), 0, 0);
    while !until.is_over(round) {
        round += 1;
        let Ok(mut stream) = dial(address(3, index), port).await else { continue };
        let mut answer = [0; 12];
        if stream.write_all(head.as_bytes()).await.is_ok() && stream.read_exact(&mut answer).await.is_ok() {
            counted.fetch_add(1, Ordering::Relaxed);
            match &answer {
                b"HTTP/1.1 101" => held.push(stream),
                b"HTTP/1.1 503" => {
                    held.retain(is_open);
                    most = most.max(held.len());
                }
                other => panic!("{}", String::from_utf8_lossy(other)),
            }
        }
    }
    most
}

/// Whether the gateway has not closed it. What it said is forgotten.
fn is_open(stream: &TcpStream) -> bool {
    loop {
        match stream.try_read(&mut [0; 4096]) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }
}

/// Somebody else, who comes in, asks, and goes, over and over.
async fn somebody(port: u16, until: Until) -> Vec<Duration> {
    let ask = Ask::cli(&Key::named("somebody"), TOKEN, &["operator.read"]);
    let (mut took, mut round) = (Vec::new(), 0);
    while !until.is_over(round) {
        took.push(visit(port, &ask).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
        round += 1;
    }
    took
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_connections_keeps_nobody_out() {
    let asked: Option<u64> = std::env::var("PROVOKE_FLOOD").ok().and_then(|text| text.parse().ok());
    let until = |rounds| match asked {
        Some(seconds) => Until::Instant(Instant::now() + Duration::from_secs(seconds)),
        None => Until::Rounds(rounds),
    };
    let [callers, mutes, silents] = if asked.is_some() { [CALLERS, MUTES, SILENT] } else { [8, 2, 1] };
    let subject = Subject::start(&Make::Ours(Vec::new()));
    let port = subject.port;
    let first = Until::Rounds(1);
    for index in 0..callers {
        caller(port, index, first, Arc::default()).await;
    }
    somebody(port, first).await;
    let before = resident(subject.pid());
    let [came, muted, upgraded] = [(); 3].map(|()| Arc::new(AtomicUsize::new(0)));
    let began = Instant::now();
    let callers: Vec<_> =
        (0..callers).map(|index| tokio::spawn(caller(port, index, until(2), Arc::clone(&came)))).collect();
    let mutes: Vec<_> =
        (0..mutes).map(|index| tokio::spawn(mute(port, index, until(40), Arc::clone(&muted)))).collect();
    let silents: Vec<_> = (0..silents)
        .map(|index| tokio::spawn(silent(port, index, until(40), Arc::clone(&upgraded))))
        .collect();
    let took = somebody(port, until(3)).await;
    for caller in callers {
        caller.await.expect("every caller comes in, each time");
    }
    for mute in mutes {
        mute.await.expect("it only opens connections");
    }
    for silent in silents {
        let most = silent.await.expect("it is told why");
        assert!(asked.is_none() || most == 32, "of an address {most} wait");
    }
    let seconds = began.elapsed().as_secs_f64();
    for (what, counted) in [("came in", came), ("said nothing", muted), ("fell silent", upgraded)] {
        let count = counted.load(Ordering::Relaxed);
        println!("{count} connections {what}: {:.0} a second", count as f64 / seconds);
    }
    let at_once = resident(subject.pid());
    let times = took.len();
    let (max, p99) = worst(took);
    println!("somebody else came in and was answered {times} times, within {max:?}, p99 {p99:?}");
    if asked.is_some() {
        tokio::time::sleep(PATIENCE).await;
        let after = resident(subject.pid());
        println!("{before} bytes held before, {at_once} in the end, {after} when all were gone");
        assert!(max <= ANSWER_MAX, "somebody else waited {max:?}");
        assert!(after <= before + GROWTH_MAX, "it grew from {before} to {after} bytes");
    }
}

/// Methods, and what shows that an answer is theirs.
const METHODS: [(&str, &str); 8] = [
    ("health", "/channelOrder"),
    ("status", "/runtimeVersion"),
    ("system-presence", "/0/host"),
    ("device.pair.list", "/paired"),
    ("config.get", "/hash"),
    ("node.list", "/nodes"),
    ("logs.tail", "/cursor"),
    ("no.such.method", ""),
];

async fn asker(port: u16, index: u8) {
    let ask =
        Ask::cli(&Key::named(&format!("asker-{}", index % 20)), TOKEN, &guest::SIX).from(address(4, index));
    let mut guest = guest::connect(port, &ask).await.guest();
    let mut asked = BTreeMap::new();
    for number in 0..100 {
        let (method, path) = METHODS[(usize::from(index) + number) % METHODS.len()];
        asked.insert(guest.ask(method, json!({})).await, (method, path));
    }
    // Answers that need nobody else come in the order of the questions.
    let mut at_once = Vec::new();
    while !asked.is_empty() {
        let (id, answer) = guest.any_answer().await;
        let (method, path) =
            asked.remove(&id).unwrap_or_else(|| panic!("{id} is answered twice, or to another"));
        match answer {
            Ok(payload) => {
                assert!(payload.pointer(path).is_some_and(|_| !path.is_empty()), "{method}: {payload}")
            }
            Err(error) => assert!(is_fair(method, &error), "{method}: {error}"),
        }
        if ["health", "status", "system-presence", "no.such.method"].contains(&method) {
            at_once.push(id[1..].parse::<u64>().expect("a number"));
        }
    }
    assert!(at_once.is_sorted(), "{at_once:?}");
    guest.leave().await;
}

/// Whether an error is one that this method may answer here.
fn is_fair(method: &str, error: &Value) -> bool {
    method == "no.such.method" && error["message"].as_str().is_some_and(|words| words.contains(method))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_ask_much_at_once_are_each_answered_once() {
    let askers: u8 = if std::env::var_os("PROVOKE_FLOOD").is_some() { 200 } else { 20 };
    let subject = Subject::start(&Make::Ours(Vec::new()));
    let began = Instant::now();
    let all: Vec<_> = (0..askers).map(|index| tokio::spawn(asker(subject.port, index))).collect();
    for asker in all {
        asker.await.expect("every question has its answer");
    }
    println!("{askers} clients were each answered 100 times within {:?}", began.elapsed());
}
