//! Somebody else's router as the subject: an honest one passes, and each wrong one fails by what it
//! does wrong.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod ends;
mod proxy;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use provoke::io::clock::TimeScale;
use provoke::io::runner::{Foreign, Options, Ran, Silent, Unreachable, run_foreign};
use provoke::mock::Library;
use provoke::recording::{HttpExchange, TransportEvent};
use provoke::report;
use provoke::scenario::{Plan, Source, compile, read};
use provoke::verdict::{Run, Verdict};

use crate::worlds::plans;
use proxy::Conduct;

/// The scenarios by which wrong routers are told apart.
const TELLING: [&str; 13] = [
    "auth.unauthorized",
    "connect.reset-before-headers",
    "http.error-in-200",
    "http.html-page",
    "http.server-error",
    "http.whole",
    "limits.rate-limit-hours",
    "stream.empty",
    "stream.error-inside",
    "stream.stall-silent",
    "stream.truncated",
    "tools.streamed-calls",
    "tools.unsupported",
];

/// A free address on loopback.
fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn foreign(subject: SocketAddr, listen: SocketAddr) -> Foreign {
    Foreign {
        url: format!("http://{subject}"),
        listen,
        key: None,
        headers: Vec::new(),
        model: "{}".to_owned(),
        dialect: None,
        whole: false,
        case_timeout: Duration::from_secs(12),
        scale: TimeScale::FAST,
        library: Library::builtin().unwrap(),
    }
}

async fn tried(plans: Vec<Arc<Plan>>, conduct: Conduct, whole: bool) -> (Run, Vec<Ran>) {
    let listen = free();
    let subject = proxy::start(listen, conduct).await;
    let foreign = Foreign { whole, ..foreign(subject, listen) };
    let (run, ran, strays) = run_foreign(&plans, foreign, &Options::default(), &Silent).await.unwrap();
    assert!(strays.0.is_empty(), "{conduct:?}: {:?}", strays.0);
    (run, ran)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// What failed, a line for each case.
fn failed(run: &Run) -> Vec<String> {
    // On a busy machine a case may fail once by chance; that it passes when repeated is told as flaky.
    let well = |verdict| matches!(verdict, Verdict::Pass | Verdict::Skip | Verdict::Flaky);
    let cases = run.cases.iter().filter(|case| !well(case.verdict));
    let lines = cases.map(|case| {
        let checks = case.checks.iter().filter(|check| check.verdict == Verdict::Fail);
        let checks: Vec<String> = checks.map(|check| format!("{}: {}", check.id, check.message)).collect();
        format!("{}\n    {}", case.id, checks.join("\n    "))
    });
    lines.collect()
}

#[test]
fn an_honest_router_passes_every_scenario_that_applies() {
    let (run, ran) = runtime().block_on(tried(plans(), Conduct::Honest, false));
    assert_eq!(failed(&run), Vec::<String>::new());
    assert!(run.subject.starts_with("http://127.0.0.1:"), "{}", run.subject);
    let options = report::Options { colour: false, width: 100, verbose: true };
    let json = report::by_id("json").unwrap().render(&report::Told::from(&run), &options);
    let validator = jsonschema::draft202012::new(&report::json::schema()).unwrap();
    assert!(validator.is_valid(&serde_json::from_slice(&json).unwrap()), "the report obeys its schema");
    let skipped: Vec<String> = run
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Skip)
        .map(|case| format!("{}: {}", case.id, case.checks[0].message))
        .collect();
    insta(|| insta::assert_snapshot!("foreign.skipped", skipped.join("\n")));
    // What the mock did is seen at the wall, as our own router sees it.
    let mut unlike: Vec<String> = Vec::new();
    for case in run.cases.iter().filter(|case| case.verdict == Verdict::Pass) {
        let declared = case.checks.iter().any(|check| check.id == "observed.as-declared");
        if !declared {
            unlike.push(format!("{} ({}): {:?}", case.id, case.expected, case.observed.cause));
        }
    }
    // Whoever leaves at the last word sees no connection stay open; and this router sends no key
    // that could be echoed.
    unlike.retain(|line| !line.starts_with("stream.held-open[") && !line.starts_with("auth.key-echoed["));
    assert_eq!(unlike, Vec::<String>::new());
    assert!(ran.iter().all(|one| one.case.verdict == Verdict::Skip || one.recording.wall().count() > 0));
}

#[test]
fn an_honest_router_passes_without_streams_too() {
    let (run, _) = runtime().block_on(tried(plans(), Conduct::Honest, true));
    assert_eq!(failed(&run), Vec::<String>::new());
    let passed = run.cases.iter().filter(|case| case.verdict == Verdict::Pass).count();
    assert!(passed >= 40, "{passed} cases ran");
}

#[test]
fn each_wrong_router_fails_by_what_it_does_wrong() {
    let chosen: Vec<Arc<Plan>> =
        plans().into_iter().filter(|plan| TELLING.contains(&plan.id.as_str())).collect();
    assert_eq!(chosen.len(), TELLING.len());
    let table = runtime().block_on(async {
        let mut table = String::new();
        // A few at a time: what a router does wrong must not be that the machine is busy.
        for some in Conduct::WRONG.chunks(4) {
            let trials = some.iter().map(|conduct| {
                let (chosen, conduct) = (chosen.clone(), *conduct);
                (conduct, tokio::spawn(async move { tried(chosen, conduct, false).await.0 }))
            });
            for (conduct, trial) in trials.collect::<Vec<_>>() {
                let run = trial.await.unwrap();
                assert_eq!(run.verdict(), Verdict::Fail, "{conduct:?}: {:?}", run.totals());
                table.push_str(&format!("{conduct:?}\n"));
                for (check, cases) in by_check(&run) {
                    table.push_str(&format!("    {check}: {}\n", cases.join(", ")));
                }
            }
        }
        table
    });
    insta(|| insta::assert_snapshot!("foreign.wrong-routers", table));
}

/// The failed checks, each with the cases that show it.
fn by_check(run: &Run) -> BTreeMap<String, Vec<String>> {
    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in &run.cases {
        for check in case.checks.iter().filter(|check| check.verdict == Verdict::Fail) {
            let dialect = case.provider.trim_start_matches("lab-");
            table.entry(check.id.clone()).or_default().push(format!("{} ({dialect})", case.scenario));
        }
    }
    table
}

const LEAVES: &str = "
id: own.leaves
title: The caller leaves in the middle
caller: { leaves: 20s }
targets:
  lab-chat/slow: { mock: openai_chat/openai/text, faults: [stall-silent] }
  lab-messages/slow: { mock: anthropic_messages/anthropic/text, faults: [stall-silent] }
matrix:
  - primary: [lab-chat/slow, lab-messages/slow]
    expect: healthy
    answered-by: nobody
";

#[test]
fn that_a_caller_left_is_seen_at_the_wall_if_the_router_passes_it_on() {
    let source = Source { file: "own.yaml".to_owned(), text: LEAVES.to_owned(), beside: BTreeMap::new() };
    let library = Library::builtin().unwrap();
    let plan = Arc::new(compile(&read(&source).unwrap(), &source, &library).unwrap());
    let left = |ran: &[Ran]| -> Vec<bool> {
        let walls = ran.iter().map(|one| one.recording.wall().collect::<Vec<&HttpExchange>>());
        walls.map(|wall| wall.len() == 1 && wall[0].abandoned().is_some()).collect()
    };
    let (honest, deaf) = runtime().block_on(async {
        tokio::join!(
            tried(vec![Arc::clone(&plan)], Conduct::Honest, false),
            tried(vec![Arc::clone(&plan)], Conduct::IgnoresHangUp, false)
        )
    });
    assert_eq!(left(&honest.1), [true, true]);
    assert_eq!(left(&deaf.1), [false, false]);
    for one in honest.1.iter().chain(&deaf.1) {
        let end = one.recording.caller().and_then(|caller| caller.end()).map(|end| end.what.clone());
        assert_eq!(end, Some(TransportEvent::Cancelled));
    }
}

#[test]
fn a_subject_that_is_not_there_or_asks_nobody_is_told_apart() {
    let listen = free();
    let chosen: Vec<Arc<Plan>> = plans().into_iter().filter(|plan| plan.id == "http.whole").collect();
    runtime().block_on(async {
        let nobody = run_foreign(&chosen, foreign(free(), listen), &Options::default(), &Silent).await;
        let Err(Unreachable::Refused(tried)) = nobody else { panic!("{nobody:?}") };
        assert_eq!(tried.len(), 3, "{tried:?}");
        // It asks another mock than ours.
        let elsewhere = proxy::start(free(), Conduct::Honest).await;
        let astray = run_foreign(&chosen, foreign(elsewhere, free()), &Options::default(), &Silent).await;
        let Err(Unreachable::NotRouted(tried)) = astray else { panic!("{astray:?}") };
        assert!(tried.iter().all(|line| line.contains("HTTP 502")), "{tried:?}");
    });
}

fn insta(assert: impl FnOnce()) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(assert);
}
