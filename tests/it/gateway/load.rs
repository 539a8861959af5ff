//! Many idle sockets on one gateway: what each costs in memory, and whether the tick keeps its time.
//!
//! `PROVOKE_SOCKETS` says how many (400 where it is not set; the nightly run asks for 10,000).
#![expect(clippy::disallowed_methods, reason = "it reads how many, and what a process takes")]

use std::time::{Duration, Instant};

use super::guest::{self, Ask, Guest, Key};
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

async fn open(port: u16, count: usize, keys: usize) -> Vec<Guest> {
    let mut guests = Vec::with_capacity(count);
    for index in 0..count {
        let key = Key::named(&format!("load-{}", index % keys));
        let ask = Ask::cli(&key, TOKEN, &["operator.read"]).client("gateway-client", "backend");
        guests.push(guest::connect(port, &ask).await.guest());
    }
    guests
}

/// The ticks of a guest: how long after the first one the second came.
async fn gap(guest: &mut Guest) -> Duration {
    guest.event("tick").await;
    let first = Instant::now();
    guest.event("tick").await;
    first.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_socket_costs_little() {
    let asked = std::env::var("PROVOKE_SOCKETS").ok().and_then(|text| text.parse().ok());
    let sockets: usize = asked.unwrap_or(400);
    let subject = Subject::start(&Make::Ours(Vec::new()));
    // What is paid once is paid before the count begins.
    let warm = open(subject.port, 50, 5).await;
    let before = resident(subject.pid());
    let mut guests = open(subject.port, sockets, 50).await;
    let each = resident(subject.pid()).saturating_sub(before) / sockets as u64;
    println!("{sockets} sockets: {each} bytes each");
    assert!(each <= SOCKET_MAX, "{each} bytes a socket");
    if asked.is_some() {
        let sample: Vec<usize> = (0..20).map(|part| part * (sockets - 1) / 19).collect();
        let mut ticks = tokio::task::JoinSet::new();
        for at in sample.into_iter().rev() {
            let mut guest = guests.swap_remove(at.min(guests.len() - 1));
            ticks.spawn(async move { gap(&mut guest).await });
        }
        while let Some(gap) = ticks.join_next().await {
            let gap = gap.expect("a guest");
            println!("tick after {gap:?}");
            assert!(gap <= TICK + TICK / 10, "a tick came after {gap:?}");
        }
        let held = resident(subject.pid()).saturating_sub(before) / sockets as u64;
        println!("{held} bytes each after two ticks");
        assert!(held <= SOCKET_MAX, "{held} bytes a socket after two ticks");
    }
    drop((warm, guests));
}
