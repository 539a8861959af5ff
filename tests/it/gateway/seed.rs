//! The case that began it: a device paired at `operator.read`, a loop on its key that keeps asking
//! for `operator.approvals`, and an operator who lists, then approves what he saw.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::fallback;
use super::guest::{self, Ask, Key, Met, SIX};
use super::subject::{self, Make, Subject, TOKEN};

/// The loops of the seed on one key: who asks, and for what.
fn loops(key: &Key) -> Vec<Ask> {
    let sets: [&[&str]; 4] = [
        &["operator.approvals"],
        &["operator.write"],
        &["operator.approvals", "operator.write"],
        &["operator.pairing", "operator.admin"],
    ];
    sets.iter().map(|scopes| Ask::cli(key, TOKEN, scopes).client("gateway-client", "backend")).collect()
}

/// Clients that ask again and again until told to stop.
struct Churn {
    stop: Arc<AtomicBool>,
    asked: watch::Sender<usize>,
    clients: JoinSet<()>,
}

impl Churn {
    /// Begins, and waits until each client has been refused once.
    async fn begin(port: u16, key: &Key, pause: Duration) -> Self {
        let mut churn = Self { stop: Arc::default(), asked: watch::Sender::new(0), clients: JoinSet::new() };
        for ask in loops(key) {
            assert_eq!(guest::connect(port, &ask).await.refusal()["code"], "NOT_PAIRED");
            let (stop, asked) = (churn.stop.clone(), churn.asked.clone());
            let mut beat = tokio::time::interval(pause);
            churn.clients.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    if let Met::In(guest) = guest::connect(port, &ask).await {
                        guest.leave().await;
                    }
                    asked.send_modify(|asked| *asked += 1);
                    beat.tick().await;
                }
            });
        }
        churn
    }

    /// Waits until all together have asked so many times more.
    async fn go_on(&self, times: usize) {
        let until = *self.asked.borrow() + times;
        self.asked.subscribe().wait_for(|asked| *asked >= until).await.expect("the loop goes on");
    }

    async fn end(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(client) = self.clients.join_next().await {
            client.expect("a client of the loop");
        }
    }
}

/// A device that was let in with `operator.read`, and nothing more.
async fn paired_at_read(port: u16, name: &str) -> Key {
    let key = Key::named(name);
    let ask = Ask::cli(&key, TOKEN, &["operator.read"]).client("cli", "probe");
    guest::connect(port, &ask).await.guest().leave().await;
    key
}

/// The id under which exactly `operator.approvals` is asked, as the files show it.
fn shown(state: &Path, key: &Key) -> String {
    let pending = fallback::pending(state, &key.id());
    let wanted = pending.iter().find(|(_, scopes)| scopes == &["operator.approvals"]);
    wanted.unwrap_or_else(|| panic!("no such request among {pending:?}")).0.clone()
}

/// What the stock command line puts on the wire for `devices list` and `devices approve`, refused as
/// it is under `ask`: a connect on the same key that asks for six scopes.
async fn stock_connect(port: u16, key: &Key) {
    let error = guest::connect(port, &Ask::cli(key, TOKEN, &SIX)).await.refusal();
    assert_eq!(error["details"]["code"], "PAIRING_REQUIRED", "{error}");
}

async fn approved_is_kept(subject: &Subject, key: &Key) {
    let ask = &loops(key)[0];
    for _ in 0..3 {
        guest::connect(subject.port, ask).await.guest().leave().await;
    }
    let paired = fallback::read(&subject.state(), "paired.json");
    let scopes = paired[&key.id()]["approvedScopes"].to_string();
    assert_eq!(scopes, r#"["operator.read","operator.approvals"]"#, "exactly what was shown");
}

/// One round of the seed on a fresh device.
async fn lists_then_approves(subject: &Subject, round: usize) {
    let (port, state) = (subject.port, subject.state());
    let key = paired_at_read(port, &format!("seed-{round}")).await;
    let churn = Churn::begin(port, &key, Duration::from_millis(2)).await;
    stock_connect(port, &key).await;
    let id = shown(&state, &key);
    churn.go_on(4).await;
    stock_connect(port, &key).await;
    let done = fallback::approve(&state, &id, || {});
    assert_eq!(done, Ok(()), "round {round}: the id that was shown is approvable");
    churn.go_on(4).await;
    approved_is_kept(subject, &key).await;
    churn.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_operator_saw_is_approved_under_the_loop_200_of_200() {
    for gateway in 0..8 {
        let subject = Subject::start(&Make::Ours(vec!["pairing.localUpgrade=ask".to_owned()]));
        for round in 0..25 {
            lists_then_approves(&subject, gateway * 25 + round).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_connection_the_loop_simply_connects() {
    let subject = Subject::start(&Make::Ours(Vec::new()));
    let key = paired_at_read(subject.port, "seed-connection").await;
    for ask in loops(&key) {
        let guest = guest::connect(subject.port, &ask).await.guest();
        assert_eq!(guest.token_scopes(), ["operator.read"], "the device's own grant stays as it was");
        guest.leave().await;
    }
    assert_eq!(fallback::pending(&subject.state(), &key.id()), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stock_command_line_approves_under_the_loop_10_of_10() {
    let Some(cli) = subject::openclaw("the_stock_command_line_approves_under_the_loop") else { return };
    let subject = Subject::start(&Make::Ours(vec!["pairing.localUpgrade=ask".to_owned()]));
    let run = |line: String| -> Output {
        let done = subject.command(&cli).args(line.split(' ')).output().expect("it starts");
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
        done
    };
    for round in 0..10 {
        let key = subject.own_key(&format!("seed-stock-{round}"));
        let ask = Ask::cli(&key, TOKEN, &["operator.read"]).client("cli", "probe");
        guest::connect(subject.port, &ask).await.guest().leave().await;
        let churn = Churn::begin(subject.port, &key, Duration::from_secs(1)).await;
        let listed = tokio::task::block_in_place(|| run("devices list --json".to_owned()));
        let id = shown(&subject.state(), &key);
        assert!(String::from_utf8_lossy(&listed.stdout).contains(&id), "the list shows {id}");
        tokio::task::block_in_place(|| run(format!("devices approve {id}")));
        approved_is_kept(&subject, &key).await;
        churn.end().await;
        println!("round {round}: approved {id}");
    }
}
