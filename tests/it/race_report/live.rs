//! What is told of races on a running gateway, as people and programs see it.

use provoke::report::Options;
use provoke::report::json::race_live_schema;
use provoke::report::live::{ALL, by_id};
use provoke::verdict::race::live::{Cleared, Difference, LiveOrder, LiveRate, LiveRun, LiveSet, LiveStep};
use serde_json::Value;

use super::snapshot;

fn step(act: &str, reality: &str, closed: Option<u16>) -> LiveStep {
    LiveStep {
        actor: "operator".into(),
        act: act.into(),
        model: "done; r1 for laptop".into(),
        reality: reality.into(),
        listed: "lists r1: laptop as operator asks operator.read".into(),
        closed,
    }
}

fn order(words: &str, reality: &[(&str, &str)], differs: Option<Difference>) -> LiveOrder {
    LiveOrder {
        words: words.into(),
        model: vec!["pairing.retry-keeps-id".into()],
        reality: reality.iter().map(|(id, words)| ((*id).into(), (*words).into())).collect(),
        steps: vec![
            step("list", "done", None),
            step("approve r1", "INVALID_REQUEST: unknown requestId", Some(1008)),
        ],
        differs,
    }
}

fn run() -> LiveRun {
    let set = |name: &str| LiveSet {
        name: name.into(),
        title: "A retry that asks for the same gets a new id, and the one that was shown is gone by then"
            .into(),
        skipped: None,
        orders: Vec::new(),
        rate: None,
    };
    let differs = Difference { step: 2, model: "done".into(), reality: "unknown requestId".into() };
    let broken = ("pairing.retry-keeps-id", "r1 was shown, and the retry for the same is r2");
    let rate = LiveRate {
        runs: 20,
        model: vec!["pairing.one-outcome".into(), "pairing.crash-is-atomic".into()],
        reality: vec![("pairing.one-outcome".into(), 3, "two were told that they approved r1".into())],
    };
    LiveRun {
        target: "ws://127.0.0.1:18789/".into(),
        version: "2026.4.12".into(),
        policy: "openclaw-2026.4.12".into(),
        because: "it is no gateway of ours".into(),
        seed: 7,
        sets: vec![
            LiveSet { skipped: Some("it needs the gateway's files".into()), ..set("pairing.through-files") },
            LiveSet {
                orders: vec![
                    order("losing: loop ×2, operator", &[broken], None),
                    order(
                        "drawn: operator, loop ×3, operator, loop ×4, operator ×2, loop",
                        &[],
                        Some(differs),
                    ),
                ],
                rate: Some(rate),
                ..set("pairing.look-starts-churn")
            },
            LiveSet {
                rate: Some(LiveRate { runs: 20, model: Vec::new(), reality: Vec::new() }),
                ..set("pairing.lost-update")
            },
        ],
        cleared: Cleared::All(41),
    }
}

fn render(format: &str, run: &LiveRun, options: &Options) -> String {
    let format = by_id(format).expect("the format is registered");
    String::from_utf8((format.render)(run, options)).expect("a report is UTF-8")
}

#[test]
fn it_is_told_on_a_screen() {
    let verbose = Options { verbose: true, ..Options::default() };
    snapshot("live.terminal-80", &render("terminal", &run(), &Options::default()));
    snapshot("live.terminal-80-verbose", &render("terminal", &run(), &verbose));
    for width in [80, 120] {
        let plain = render("terminal", &run(), &Options { width, ..verbose });
        assert!(plain.lines().all(|line| line.chars().count() <= width), "{plain}");
        let coloured = render("terminal", &run(), &Options { width, colour: true, ..verbose });
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }
}

#[test]
fn it_is_told_as_the_published_schema_says() {
    let schema = race_live_schema();
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    snapshot("live.schema.json", &format!("{schema:#}\n"));
    let left = LiveRun { cleared: Cleared::Left(vec!["device d".into()], "it is gone".into()), ..run() };
    for run in [run(), left] {
        let told: Value = serde_json::from_str(&render("json", &run, &Options::default())).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&told).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    snapshot("live.json", &render("json", &run(), &Options::default()));
}

#[test]
fn what_a_gateway_says_acts_on_nothing() {
    const EVIL: &str = "\u{1b}[2Jx\u{202e}y\nz\u{9b}31m";
    let mut run = run();
    (run.version, run.cleared) = (EVIL.into(), Cleared::Left(vec![EVIL.into()], EVIL.into()));
    for set in &mut run.sets {
        (set.name, set.title) = (EVIL.into(), EVIL.into());
        for order in &mut set.orders {
            order.words = EVIL.into();
            order.steps.iter_mut().for_each(|step| (step.reality, step.listed) = (EVIL.into(), EVIL.into()));
            order.reality.iter_mut().for_each(|(_, words)| *words = EVIL.into());
            order.differs.iter_mut().for_each(|differs| differs.reality = EVIL.into());
        }
        set.rate.iter_mut().flat_map(|rate| &mut rate.reality).for_each(|(.., words)| *words = EVIL.into());
    }
    for format in ALL {
        let told = render(format.id, &run, &Options { verbose: true, ..Options::default() });
        let acts = |char: char| matches!(char, '\u{1b}' | '\u{202e}' | '\u{9b}');
        assert!(!told.contains(acts) && !told.contains("y\nz"), "{}: {told}", format.id);
        assert!(told.contains("31m"), "it is told all the same");
    }
}
