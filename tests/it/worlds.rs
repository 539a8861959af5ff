//! Every built-in scenario in both worlds: what is declared happens, and the worlds agree.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use provoke::io::runner::{self, Options, Silent};
use provoke::mock::Library;
use provoke::report::{self, Told};
use provoke::scenario::{Plan, Source, compile, read};
use provoke::verdict::{Run, Verdict, World};
use serde_json::Value;

/// The smallest margin that a verdict may hang on: 50 ms of wire time, which runs 50 times as fast.
const MARGIN: Duration = Duration::from_millis(50 * 50);

/// The built-in scenarios, compiled.
pub(crate) fn plans() -> Vec<Arc<Plan>> {
    let library = Library::builtin().unwrap();
    let plans = Source::builtin().into_iter().map(|source| {
        let file = read(&source).unwrap_or_else(|problem| panic!("{problem}"));
        Arc::new(compile(&file, &source, &library).unwrap_or_else(|problems| panic!("{}", problems[0])))
    });
    plans.collect()
}

fn run(plans: &[Arc<Plan>], options: &Options) -> Run {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(runner::run(plans, options, &Silent)).0
}

fn sim(seed: u64) -> Options {
    Options { worlds: vec![World::Sim], seed, ..Options::default() }
}

/// What went wrong, for a message that can be acted on.
fn wrong(run: &Run) -> String {
    let cases = run.cases.iter().filter(|case| case.verdict != Verdict::Pass);
    let lines = cases.map(|case| {
        let check = case.checks.iter().find(|check| check.verdict == case.verdict);
        let told = check.map_or_else(String::new, |check| format!("{}: {}", check.id, check.message));
        format!("{} {}: {told}\n", case.id, case.verdict.name())
    });
    lines.collect()
}

#[test]
fn every_built_in_case_does_as_declared_and_the_worlds_agree() {
    let run = run(&plans(), &Options::default());
    assert!(wrong(&run).is_empty(), "{}", wrong(&run));
    let wire = run.cases.iter().filter(|case| case.world == World::Wire);
    for case in wire {
        let agreed =
            case.checks.iter().any(|check| check.id == "worlds.agree" && check.verdict == Verdict::Pass);
        assert!(agreed, "{} was not held against the other world", case.id);
    }
}

#[test]
fn the_seeds_four_providers_are_told_apart() {
    let run = run(&plans(), &sim(0));
    let seen = |provider: &str, model: &str| -> Vec<String> {
        let rows = run.matrix();
        let row = rows.iter().find(|row| row.provider == provider && row.model == model).unwrap();
        row.observed.iter().map(|seen| seen.cause.clone().unwrap_or_else(|| "healthy".to_owned())).collect()
    };
    assert_eq!(seen("minimax", "MiniMax-M2.7"), ["healthy"]);
    assert_eq!(seen("kie-claude", "claude-opus-4-6"), ["quota.exhausted", "stream.empty-body"]);
    assert_eq!(seen("kie-claude", "claude-opus-4-6-v1messages"), ["healthy"]);
    assert_eq!(seen("groq", "groq/compound"), ["tool.capability-absent"]);
    assert_eq!(seen("brave", ""), ["model.not-in-config"]);
    let masked = run.cases.iter().flat_map(|case| &case.findings).any(|finding| {
        finding.cause == "fallback.masks-primary" && finding.message.contains("minimax/MiniMax-M2.7")
    });
    assert!(masked, "the fallback that answered is not named");
}

#[test]
fn chance_changes_no_verdict() {
    let plans = plans();
    for seed in 0..5 {
        let run = run(&plans, &sim(seed));
        assert!(wrong(&run).is_empty(), "seed {seed}: {}", wrong(&run));
    }
}

/// Every deadline is moved by the margin, to and fro: no verdict may change.
#[test]
fn no_verdict_hangs_on_a_small_margin() {
    for longer in [false, true] {
        let shifted = plans().into_iter().map(|plan| {
            let mut plan = Plan::clone(&plan);
            let deadlines = &mut plan.policy.deadlines;
            for deadline in [
                &mut deadlines.connect,
                &mut deadlines.headers,
                &mut deadlines.first_event,
                &mut deadlines.inter_event,
                &mut deadlines.total,
                &mut deadlines.drain,
            ] {
                *deadline = if longer { *deadline + MARGIN } else { deadline.saturating_sub(MARGIN) };
            }
            Arc::new(plan)
        });
        let run = run(&shifted.collect::<Vec<_>>(), &sim(0));
        assert!(wrong(&run).is_empty(), "deadlines moved by {MARGIN:?}, longer: {longer}: {}", wrong(&run));
    }
}

#[test]
fn the_same_seed_gives_the_same_report_but_for_timing() {
    let plans = plans();
    let json = || {
        let bytes = report::by_id("json")
            .unwrap()
            .render(&Told::from(&run(&plans, &Options::default())), &report::Options::default());
        let mut report: Value = serde_json::from_slice(&bytes).unwrap();
        without_timing(&mut report);
        report.to_string()
    };
    let (first, second) = (json(), json());
    if first != second {
        let place = first.bytes().zip(second.bytes()).position(|(a, b)| a != b).unwrap_or(0);
        let around = |text: &str| {
            String::from_utf8_lossy(
                &text.as_bytes()[place.saturating_sub(200)..(place + 200).min(text.len())],
            )
            .into_owned()
        };
        panic!("the reports differ at byte {place}:\n{}\n{}", around(&first), around(&second));
    }
}

fn without_timing(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("timing");
            map.values_mut().for_each(without_timing);
        }
        Value::Array(list) => list.iter_mut().for_each(without_timing),
        _ => {}
    }
}
