//! Every registered fault: described, spelled, applied, and its bytes kept as a snapshot.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use provoke::fault::wire::{WireAct, render};
use provoke::fault::{Args, Context, Dose, Fault, Kind, Spec, all, compose, dosed, find};
use provoke::problem::Problem;
use provoke::recording::timeline::Timeline;
use provoke::seed::Seed;
use serde_json::Value;

use crate::healthy::{self, DIALECTS, MODEL};

mod any;
mod reactive;
mod read;
mod show;

use read::read;
use show::show;

/// The faults that make sense in one dialect only.
const ONE_DIALECT: [&str; 22] = [
    "first-chunk-no-choices",
    "choice-no-delta",
    "usage-refused",
    "index-all-zero",
    "index-drifts",
    "id-repeated",
    "two-calls-one-delta",
    "late-name",
    "reasoning-must-return",
    "toolturn-null-vs-empty",
    "usage-only-in-delta",
    "cache-moves",
    "thinking-signature-lost",
    "redacted-shape",
    "signature-only-block",
    "odd-stop-reason",
    "no-event-names",
    "error-empty-choices",
    "finish-error",
    "max-tokens-refused",
    "max-tokens-required",
    "index-missing",
];

fn answer_for(fault: &dyn Fault, dialect: &str) -> Timeline {
    match fault.name() {
        name if healthy::NEEDS_TOOL_CALL.contains(&name) => healthy::tool_call(dialect),
        name if healthy::NEEDS_TWO_CALLS.contains(&name) => healthy::two_calls(dialect),
        "stream-for-json" => healthy::whole(dialect),
        _ => healthy::text(dialect),
    }
}

fn example(fault: &dyn Fault) -> Spec {
    let value: Value = serde_saphyr::from_str(fault.example())
        .unwrap_or_else(|error| panic!("the example of {} is no YAML: {error}", fault.name()));
    Spec::read(&value).unwrap_or_else(|problem| panic!("the example of {}: {problem}", fault.name()))
}

#[test]
fn every_fault_is_described_and_its_example_is_read() {
    let (mut codes, mut names) = (BTreeSet::new(), BTreeSet::new());
    for fault in all() {
        let name = fault.name();
        assert!(codes.insert(fault.code()), "{name}: code {} is taken", fault.code());
        assert!(names.insert(name), "{name} is registered twice");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
        for text in [fault.about(), fault.source(), fault.ought()] {
            assert!(text.len() > 5 && !text.ends_with('.'), "{name}: `{text}` describes nothing");
        }
        assert!(
            fault.source().contains("seen: ")
                || fault.source().contains("protocol")
                || fault.source().contains("catalogue")
                || name == "none",
            "{name}: no source"
        );
        assert!(fault.example().contains(name), "{name}: the example shows another fault");
        assert_eq!(example(*fault).fault.code(), fault.code());
        for param in fault.params() {
            let asked = Args::none();
            let read =
                asked.duration(param).is_ok() || asked.count(param).is_ok() || asked.text(param).is_ok();
            assert!(
                read || asked.flag(param).is_ok(),
                "{name}: the default of `{}` is not of its kind",
                param.name
            );
        }
    }
}

#[test]
fn every_file_of_the_layer_holds_a_registered_fault() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fault");
    let mut files = BTreeSet::from(["none".to_owned()]);
    for folder in
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        for file in std::fs::read_dir(folder).unwrap() {
            let stem = file.unwrap().path().file_stem().unwrap().to_str().unwrap().replace('_', "-");
            assert!(stem == "mod" || files.insert(stem), "two files for one fault");
        }
    }
    let registered: BTreeSet<String> = all().iter().map(|fault| fault.name().to_owned()).collect();
    assert_eq!(files, registered);
}

#[test]
fn every_fault_spoils_health_in_every_dialect_that_knows_it() {
    for fault in all() {
        for dialect in DIALECTS {
            let (answer, request) = (answer_for(*fault, dialect), healthy::provocative(dialect));
            let (defaults, spec) = (Args::none(), example(*fault));
            let model = spec.args.0.get("model").and_then(Value::as_str).unwrap_or(MODEL);
            let cx = Context::new(dialect, &request, &defaults, model);
            match spec.apply(&cx, answer.clone()) {
                Ok(timeline) => {
                    let same = timeline == answer;
                    assert_eq!(same, fault.name() == "none", "{}: health passed off as it", fault.name());
                    let acts = render(&timeline);
                    assert!(acts.len() < 2_000, "{} has {} acts", fault.name(), acts.len());
                    snapshot(&format!("fault.{}.{dialect}", fault.name()), &show(&acts));
                }
                Err(problem) => {
                    let said = format!("fault {} makes no sense in dialect {dialect}", fault.name());
                    assert_eq!(problem.message, said);
                    assert!(ONE_DIALECT.contains(&fault.name()), "{problem}");
                }
            }
            let plain = dosed(*fault, &Dose::ALWAYS, &cx, answer.clone());
            assert!(plain.is_ok() || ONE_DIALECT.contains(&fault.name()), "{}: {plain:?}", fault.name());
        }
    }
}

#[test]
fn an_unknown_dialect_gets_a_problem_or_the_fault_but_never_a_panic() {
    let (request, args) = (healthy::provocative("openai_chat"), Args::none());
    let cx = Context::new("smoke_signals", &request, &args, MODEL);
    for fault in all() {
        for answer in [Timeline::default(), healthy::text("openai_chat"), healthy::whole("openai_chat")] {
            let _: Result<Timeline, Problem> = fault.apply(&cx, answer);
        }
    }
    let problem = find("billing").unwrap().apply(&cx, Timeline::default()).unwrap_err();
    assert_eq!(problem.message, "fault billing makes no sense in dialect smoke_signals");
}

#[test]
fn any_two_faults_compose_without_a_panic() {
    // Small sizes where a fault has one: the pairs are what is tried here.
    let args_of = |fault: &dyn Fault| {
        let sized = fault.params().iter().any(|param| param.name == "bytes");
        if sized { Args::none().with("bytes", 3_000) } else { Args::none() }
    };
    for dialect in DIALECTS {
        let (request, defaults) = (healthy::provocative(dialect), Args::none());
        let cx = Context::new(dialect, &request, &defaults, MODEL);
        for first in all() {
            let first_cx = Context { args: &args_of(*first), ..cx };
            let Ok(once) = first.apply(&first_cx, answer_for(*first, dialect)) else { continue };
            for second in all() {
                let second_cx = Context { args: &args_of(*second), ..cx };
                if let Ok(twice) = dosed(*second, &Dose::ALWAYS, &second_cx, once.clone()) {
                    assert!(render(&twice).len() <= 70_000, "{} after {}", second.name(), first.name());
                }
            }
        }
    }
}

#[test]
fn a_fault_that_finds_nothing_to_spoil_says_so() {
    let (request, args) = (healthy::provocative("openai_chat"), Args::none());
    let cx = Context::new("openai_chat", &request, &args, MODEL);
    for (fault, answer) in [
        ("eof-mid-tool", healthy::text("openai_chat")),
        ("crlf", healthy::whole("openai_chat")),
        ("stream-for-json", healthy::text("openai_chat")),
        ("utf8-split", healthy::tool_call("openai_chat")),
        ("terminal-missing", Timeline::default()),
    ] {
        let problem = find(fault).unwrap().apply(&cx, answer).unwrap_err();
        assert!(problem.message.starts_with("the answer has not "), "{problem}");
    }
}

#[test]
fn a_fault_is_found_by_code_or_name_and_a_typo_gets_its_neighbour() {
    assert_eq!(find("t01").unwrap().name(), "stall-silent");
    assert_eq!(find("Stall-Silent").unwrap().code(), "T01");
    let problem = find("stall-silnet").unwrap_err();
    assert_eq!(
        problem.to_string(),
        "no fault is called `stall-silnet`\n  help: did you mean `stall-silent`?"
    );
    assert!(find("").is_err());
}

#[test]
fn a_wrong_spelling_of_a_use_is_a_problem_that_helps() {
    for (text, said) in [
        ("{fault: stall-silent, aftr: 1}", "aftr: unknown parameter `aftr`\n  help: did you mean `after`?"),
        (
            "{fault: stall-silent, dose: {tmes: 1}}",
            "dose.tmes: unknown key `tmes` in `dose`\n  help: did you mean `times`?",
        ),
        (
            "{fault: stall-silent, dose: {probability: 2}}",
            "dose.probability: `probability` takes a number from 0 to 1",
        ),
        (
            "{falt: x}",
            "fault: the mapping does not name its fault\n  help: write `stall-silent` or `{fault: stall-silent, after: 3}`",
        ),
        (
            "{fault: stall-silent, for: 3}",
            "for: `for` is 3, but takes a time with its unit, such as `250ms`, `2s`, `1m` or `1h`",
        ),
        (
            "{fault: crlf, after: 1}",
            "after: unknown parameter `after`\n  help: this fault takes no parameters",
        ),
    ] {
        let value: Value = serde_saphyr::from_str(text).unwrap();
        assert_eq!(Spec::read(&value).unwrap_err().to_string(), said);
    }
}

#[test]
fn a_dose_counts_requests_and_rolls_the_same_dice_for_the_same_seed() {
    let (request, args) = (healthy::provocative("openai_chat"), Args::none());
    let fault = find("server-error").unwrap();
    let bitten = |dose: Dose, seed: u64| -> Vec<bool> {
        let bites = (0..6).map(|attempt| {
            let cx =
                Context { attempt, seed: Seed(seed), ..Context::new("openai_chat", &request, &args, MODEL) };
            dosed(fault, &dose, &cx, healthy::text("openai_chat")).unwrap() != healthy::text("openai_chat")
        });
        bites.collect()
    };
    assert_eq!(bitten(Dose::times(2), 0), [true, true, false, false, false, false]);
    let late = Dose { after: Some(2), times: Some(1), probability: None };
    assert_eq!(bitten(late, 0), [false, false, true, false, false, false]);
    let half = Dose { probability: Some(0.5), ..Dose::ALWAYS };
    assert_eq!(bitten(half, 7), bitten(half, 7));
    assert!((0..20).any(|seed| bitten(half, seed) != bitten(half, seed + 20)));
    assert_eq!(find("server-error-once").unwrap().usual_dose(), Dose::times(1));
}

#[test]
fn every_fault_fails_as_often_as_its_dose_says_and_then_is_gone() {
    for fault in all().iter().filter(|fault| fault.name() != "none") {
        for dialect in DIALECTS {
            let (answer, request) = (answer_for(*fault, dialect), healthy::provocative(dialect));
            let (spec, none) = (Spec { dose: Dose::times(2), ..example(*fault) }, Args::none());
            let model = spec.args.0.get("model").and_then(Value::as_str).unwrap_or(MODEL);
            let spoilt = (0..4).map(|attempt| {
                let cx = Context { attempt, ..Context::new(dialect, &request, &none, model) };
                Some(spec.apply(&cx, answer.clone()).ok()? != answer)
            });
            let spoilt: Vec<Option<bool>> = spoilt.collect();
            let wanted = if spoilt[0].is_some() { [Some(true), Some(true)] } else { [None, None] };
            assert_eq!(spoilt, [&wanted[..], &[Some(false), Some(false)]].concat(), "{}", fault.name());
        }
    }
}

#[test]
fn too_many_faults_in_a_row_are_refused() {
    let (request, args) = (healthy::provocative("openai_chat"), Args::none());
    let cx = Context::new("openai_chat", &request, &args, MODEL);
    let specs = vec![Spec::plain(find("none").unwrap()); 17];
    assert!(compose(&specs, &cx, Timeline::default()).is_err());
    assert_eq!(compose(&specs[..16], &cx, Timeline::default()), Ok(Timeline::default()));
}

#[test]
fn a_benign_fault_reads_as_health_and_the_others_do_not() {
    for fault in all().iter().filter(|fault| fault.kind() == Kind::Wire) {
        for dialect in DIALECTS {
            let (request, args) = (healthy::provocative(dialect), Args::none());
            let cx = Context::new(dialect, &request, &args, MODEL);
            let answer = answer_for(*fault, dialect);
            let Ok(timeline) = fault.apply(&cx, answer.clone()) else { continue };
            let (whole, seen) = (read(&render(&answer)), read(&render(&timeline)));
            let (name, unseen) = (fault.name(), UNSEEN.iter().any(|(name, _)| *name == fault.name()));
            let alike = (fault.benign() || unseen) && name != SAYS_LESS;
            assert_eq!(seen == whole, alike, "{name} in {dialect}: {seen:?}");
        }
    }
}

/// The benign fault that takes something away: a call that is healthy without arguments.
const SAYS_LESS: &str = "empty-tool-delta";

/// Wire faults that this reading cannot tell from health, and where their evil lies instead.
const UNSEEN: [(&str, &str); 10] = [
    ("id-dup", "the ids"),
    ("token-leak-name", "the tool's name"),
    ("redacted-shape", "a block that says nothing"),
    ("header-drip", "time"),
    ("usage-lies", "the numbers"),
    ("no-event-names", "the names of the records"),
    ("last-blank-missing", "a reader that flushes and one that drops both have the finish reason"),
    ("served-model", "the model's name"),
    ("tools-without-calls", "which finish reason it is"),
    ("tool-not-offered", "the tool's name"),
];

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn durations_of_the_snapshots_are_nominal() {
    assert_eq!(show(&[WireAct::Wait(Duration::from_millis(1500))]), "wait 1.5s\n");
}
