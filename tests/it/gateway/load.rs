//! Many idle sockets on one gateway: what each costs in memory, and whether the tick keeps its time.
//!
//! `PROVOKE_SOCKETS` says how many (400 where it is not set; the nightly run asks for 10,000).
#![expect(clippy::disallowed_methods, reason = "it reads how many, and what a process takes")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::guest::{self, Ask, Key};
use super::subject::{Make, Subject, TOKEN};

/// What a socket may cost, in bytes.
const SOCKET_MAX: u64 = 20 * 1024;

/// From tick to tick, as hello-ok promises.
const TICK: Duration = Duration::from_secs(30);

/// Memory that a process holds, in bytes.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
    let kib: u64 = line.split_whitespace().nth(1).and_then(|word| word.parse().ok()).expect("a number");
    kib * 1024
}

/// Somebody who is let in, and from then on only listens; each tick is told with its moment.
async fn listener(port: u16, key: usize, index: usize, ticks: mpsc::UnboundedSender<(usize, Instant)>) {
    let key = Key::named(&format!("load-{key}"));
    let ask = Ask::cli(&key, TOKEN, &["operator.read"]).client("gateway-client", "backend");
    let mut guest = guest::connect(port, &ask).await.guest();
    tokio::spawn(async move {
        while let Some(event) = guest.hear().await {
            // Nobody may be there to count any more.
            let _ = (event == "tick").then(|| ticks.send((index, Instant::now())));
        }
    });
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
    for index in 0..sockets {
        listener(subject.port, index % 50, 50 + index, ticks.clone()).await;
    }
    let each = || resident(subject.pid()).saturating_sub(before) / sockets as u64;
    println!("{sockets} sockets: {} bytes each", each());
    assert!(each() <= SOCKET_MAX, "{} bytes a socket", each());
    if asked.is_some() {
        let mut last: BTreeMap<usize, (Instant, usize)> = BTreeMap::new();
        let mut widest = Duration::ZERO;
        let began = Instant::now();
        // Two ticks for everybody after the last one came in.
        while last.values().filter(|(_, times)| *times >= 2).count() < sockets {
            let (index, moment) = heard.recv().await.expect("the listeners are there");
            if moment < began {
                continue;
            }
            let (then, times) = last.get(&index).copied().unwrap_or((moment, 0));
            widest = widest.max(moment - then);
            last.insert(index, (moment, times + 1));
        }
        println!("from tick to tick at most {widest:?}; {} bytes each", each());
        assert!(widest <= TICK + TICK / 10, "a tick came after {widest:?}");
        assert!(each() <= SOCKET_MAX, "{} bytes a socket after two ticks", each());
    }
}
