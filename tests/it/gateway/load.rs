//! Many idle sockets on one gateway: what each costs in memory, and whether the tick keeps its time,
//! while nothing happens and while others come and go.
//!
//! `PROVOKE_SOCKETS` says how many (400 where it is not set, and then no tick is waited for; the
//! nightly run asks for 10,000).
#![expect(clippy::disallowed_methods, reason = "it reads how many, and what a process takes")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::{Semaphore, mpsc};

use super::guest::{self, Ask, Key};
use super::subject::{Make, Subject, TOKEN};

/// What a socket may cost, in bytes.
const SOCKET_MAX: u64 = 20 * 1024;

/// From tick to tick, as hello-ok promises.
const TICK: Duration = Duration::from_secs(30);

/// How much later a tick may come. Clients give up after a second interval.
const LATE_MAX: Duration = Duration::from_secs(1);

/// Ticks that every socket must hear in time, in each part.
const TICKS: usize = 2;

/// Clients that come and go beside the idle ones, each once a second.
const VISITORS: usize = 100;

/// Visitors that are not let in yet at any time: the gateway lets 32 of an address wait.
const VISITORS_WAITING: usize = 24;

/// How long a visitor may wait for its answer, all but one in a hundred.
const ANSWER_MAX: Duration = Duration::from_secs(1);

/// A tick as a socket heard it.
struct Tick {
    index: usize,
    at: Instant,
    /// From the moment that stands in it.
    took: Duration,
}

/// Memory that a process holds, in bytes.
pub(super) fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
    let kib: u64 = line.split_whitespace().nth(1).and_then(|word| word.parse().ok()).expect("a number");
    kib * 1024
}

/// The largest, and the one that one in a hundred exceeds.
pub(super) fn worst(mut all: Vec<Duration>) -> (Duration, Duration) {
    all.sort();
    let last = all.len().saturating_sub(1);
    let at = |index: usize| all.get(index).copied().unwrap_or_default();
    (at(last), at(last * 99 / 100))
}

/// Somebody who is let in, and from then on only listens; each tick is told.
async fn listener(port: u16, key: usize, index: usize, ticks: mpsc::UnboundedSender<Tick>) {
    let key = Key::named(&format!("load-{key}"));
    let ask = Ask::cli(&key, TOKEN, &["operator.read"]).client("gateway-client", "backend");
    let mut guest = guest::connect(port, &ask).await.guest();
    tokio::spawn(async move {
        while let Some(frame) = guest.hear("tick").await {
            let said = frame["payload"]["ts"].as_u64().expect("a tick has a moment");
            let took = Duration::from_millis(guest::now_ms().saturating_sub(said));
            // Nobody may be there to count any more.
            let _ = ticks.send(Tick { index, at: Instant::now(), took });
        }
    });
}

/// Waits until every socket has heard its ticks, and holds each to its time.
async fn keep_time(
    heard: &mut mpsc::UnboundedReceiver<Tick>,
    last: &mut BTreeMap<usize, Instant>,
    sockets: usize,
    part: &str,
) {
    let (mut late, mut took) = (Vec::new(), Vec::new());
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    while times.values().filter(|times| **times >= TICKS).count() < sockets {
        let patience = tokio::time::timeout(2 * TICK, heard.recv()).await;
        let tick = patience.expect("some tick comes").expect("the listeners are there");
        took.push(tick.took);
        if let Some(before) = last.insert(tick.index, tick.at) {
            late.push((tick.at - before).saturating_sub(TICK));
            *times.entry(tick.index).or_default() += 1;
        }
    }
    let count = late.len();
    let ((late_max, late_p99), (took_max, took_p99)) = (worst(late), worst(took));
    println!("{part}: {count} ticks; late by at most {late_max:?}, p99 {late_p99:?}");
    println!("{part}: on the way for at most {took_max:?}, p99 {took_p99:?}");
    assert!(late_max <= LATE_MAX, "{part}: a tick came {late_max:?} after its interval");
}

/// Comes, asks for the health, and goes, once a second; how long each answer took.
async fn visitor(port: u16, index: usize, entry: Arc<Semaphore>, over: Arc<AtomicBool>) -> Vec<Duration> {
    let key = Key::named(&format!("visitor-{index}"));
    let ask = Ask::cli(&key, TOKEN, &["operator.read"]);
    // Of a backend the others hear; of a command line they do not.
    let ask = if index.is_multiple_of(2) { ask.client("gateway-client", "backend") } else { ask };
    let mut took = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_secs(1));
    while !over.load(Ordering::Relaxed) {
        pace.tick().await;
        let permit = entry.acquire().await.expect("it is never closed");
        let mut guest = guest::connect(port, &ask).await.guest();
        drop(permit);
        let began = Instant::now();
        guest.call("health", json!({})).await.expect("a health");
        took.push(began.elapsed());
        guest.leave().await;
    }
    took
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_socket_costs_little() {
    let asked = std::env::var("PROVOKE_SOCKETS").ok().and_then(|text| text.parse().ok());
    let sockets: usize = asked.unwrap_or(400);
    let subject = Subject::start(&Make::Ours(Vec::new()));
    let (ticks, mut heard) = mpsc::unbounded_channel();
    // What is paid once is paid before the count begins.
    for index in 0..50 {
        listener(subject.port, index % 5, index, ticks.clone()).await;
    }
    let before = resident(subject.pid());
    let began = Instant::now();
    for index in 0..sockets {
        listener(subject.port, index % 50, 50 + index, ticks.clone()).await;
    }
    let each = || resident(subject.pid()).saturating_sub(before) / sockets as u64;
    println!("{sockets} sockets: let in within {:?}, {} bytes each", began.elapsed(), each());
    assert!(each() <= SOCKET_MAX, "{} bytes a socket", each());
    if asked.is_none() {
        return;
    }
    // Ticks that came while the sockets were opened are no measure.
    while heard.try_recv().is_ok() {}
    let mut last = BTreeMap::new();
    keep_time(&mut heard, &mut last, 50 + sockets, "idle").await;
    println!("idle: {} bytes each", each());
    assert!(each() <= SOCKET_MAX, "{} bytes a socket after the ticks", each());

    let (entry, over) = (Arc::new(Semaphore::new(VISITORS_WAITING)), Arc::new(AtomicBool::new(false)));
    let visitors: Vec<_> = (0..VISITORS)
        .map(|index| tokio::spawn(visitor(subject.port, index, Arc::clone(&entry), Arc::clone(&over))))
        .collect();
    keep_time(&mut heard, &mut last, 50 + sockets, "beside visitors").await;
    over.store(true, Ordering::Relaxed);
    let mut took = Vec::new();
    for visitor in visitors {
        took.extend(visitor.await.expect("no visitor is turned away"));
    }
    let visits = took.len();
    let (max, p99) = worst(took);
    println!("{visits} visits; health within {max:?}, p99 {p99:?}; {} bytes each", each());
    assert!(p99 <= ANSWER_MAX, "one health in a hundred took {p99:?}");
    assert!(each() <= SOCKET_MAX, "{} bytes a socket after the visitors", each());
}
