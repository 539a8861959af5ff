//! What people and programs see of races: the least losing order, in words, in every format.

mod binary;
mod hostile;
mod least;
mod live;

use std::time::Duration;

use provoke::report::race::by_id;
use provoke::report::{self, Options};
use provoke::scenario::Source;
use provoke::scenario::race::{self, Race};
use provoke::seed::Seed;
use provoke::simulation::interleave::policy::{self, Policy};
use provoke::simulation::interleave::tell::{tell, tried};
use provoke::simulation::interleave::{self};
use provoke::verdict::Verdict;
use provoke::verdict::race::{RaceRun, Violation};
use serde_json::Value;

/// The case that this tool began with: the race, and what breaks in it.
const SEED: [(&str, &str); 4] = [
    ("pairing.seed-deadlock", "pairing.converges"),
    ("pairing.self-superseding-approve", "pairing.shown-stays-approvable"),
    ("pairing.look-starts-churn", "pairing.retry-keeps-id"),
    ("pairing.lost-update", "pairing.approval-kept"),
];

fn openclaw() -> &'static Policy {
    policy::named("openclaw-2026.4.12").expect("it is registered")
}

fn builtin() -> Vec<Race> {
    let read = |source: &Source| race::read(source, &interleave::known()).expect("it is sound");
    Source::races().iter().map(read).collect()
}

fn explored(policy: &Policy, races: &[Race]) -> RaceRun {
    let sets: Vec<_> = races.iter().map(|race| tell(race, policy, tried(race, policy, Seed(0)))).collect();
    RaceRun {
        policy: policy.name.to_owned(),
        about: policy.about.to_owned(),
        verdict: Verdict::overall(sets.iter().map(|set| set.verdict)),
        sets,
        seed: 0,
        wall: Duration::from_millis(1_234),
        exploring: Duration::from_millis(100),
    }
}

/// The four of the seed, with what they are known for alone.
fn seed() -> RaceRun {
    let races = builtin();
    let four =
        SEED.map(|(name, _)| races.iter().find(|race| race.id == name).expect("it is built in").clone());
    let mut run = explored(openclaw(), &four);
    for (set, (_, invariant)) in run.sets.iter_mut().zip(SEED) {
        set.violations.retain(|broken| broken.invariant == invariant);
    }
    run
}

fn render(format: &str, run: &RaceRun, options: &Options) -> String {
    let format = by_id(format).expect("the format is registered");
    String::from_utf8((format.render)(run, options)).expect("a report is UTF-8")
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("race-report.{name}"), text));
}

fn only(run: &RaceRun, name: &str) -> Violation {
    let set = run.sets.iter().find(|set| set.name == name).expect("it was explored");
    set.violations.first().expect("it breaks").clone()
}

#[test]
fn each_of_the_seed_is_told_in_eight_steps_at_most() {
    let run = seed();
    for (name, _) in SEED {
        let steps = only(&run, name).picture.steps;
        assert!((1..=8).contains(&steps.len()), "{name}: {steps:#?}");
    }
}

#[test]
fn each_format_that_runs_have_is_there_for_races() {
    let ids: Vec<&str> = report::all().iter().map(|format| format.id()).collect();
    let races: Vec<&str> = report::race::ALL.iter().map(|format| format.id).collect();
    assert_eq!(races, ids);
    assert!(by_id("no-such-format").is_none());
}

#[test]
fn the_seed_is_drawn_on_a_screen() {
    let run = seed();
    for width in [80, 120] {
        snapshot(
            &format!("seed.terminal-{width}"),
            &render("terminal", &run, &Options { width, ..Options::default() }),
        );
    }
}

#[test]
fn the_seed_is_drawn_on_a_page() {
    let page = render("html", &seed(), &Options::default());
    let pictures: Vec<&str> = page
        .split("<svg class=\"sequence\"")
        .skip(1)
        .filter_map(|rest| rest.split("</svg>").next())
        .collect();
    assert_eq!(pictures.len(), SEED.len());
    for ((name, _), picture) in SEED.iter().zip(pictures) {
        let lines = picture.replace("><", ">\n<");
        snapshot(
            &format!("{}.svg", name.trim_start_matches("pairing.")),
            &format!("<svg class=\"sequence\"{lines}</svg>\n"),
        );
    }
    assert!(!page.contains("http-equiv=\"refresh\"") && !page.contains(" src=") && !page.contains("<link"));
}

#[test]
fn no_line_is_wider_than_the_screen_and_colour_changes_no_letter() {
    let run = explored(openclaw(), &builtin());
    for (asked, width) in [(0, 80), (80, 80), (100, 100), (120, 120), (usize::MAX, 200)] {
        let plain = render("terminal", &run, &Options { width: asked, ..Options::default() });
        for line in plain.lines() {
            let wide = comfy_table::Table::new().add_row([line]).column_max_content_widths()[0];
            assert!(usize::from(wide) <= width, "at {width}: {line}");
        }
        let coloured =
            render("terminal", &run, &Options { width: asked, colour: true, ..Options::default() });
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }
}

#[test]
fn an_order_that_was_drawn_is_not_drawn_again_unless_all_is_asked_for() {
    let run = explored(openclaw(), &builtin());
    let brief = render("terminal", &run, &Options::default());
    let verbose = render("terminal", &run, &Options { verbose: true, ..Options::default() });
    assert!(brief.contains("\n  order     the same as for pairing."), "{brief}");
    assert!(!verbose.contains("the same as for"));
    assert!(verbose.matches('●').count() > brief.matches('●').count());
}

#[test]
fn what_is_told_as_json_obeys_the_published_schema() {
    let schema = report::json::race_schema();
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    snapshot("schema.json", &format!("{schema:#}\n"));
    let races = builtin();
    let mut huge = seed();
    huge.sets[0].orders = u128::MAX;
    let runs = [seed(), huge, explored(openclaw(), &races), explored(&policy::ALL[0], &races)];
    for run in &runs {
        let document: Value =
            serde_json::from_str(&render("json", run, &Options::default())).expect("it is JSON");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    let told: Value =
        serde_json::from_str(&render("json", &runs[0], &Options::default())).expect("it is JSON");
    for (pointer, wrong) in [
        ("/schema", "provoke.race/2".into()),
        ("/sets/0/orders", "12".into()),
        ("/sets/0/violations/0/steps/0/actor", Value::Null),
    ] {
        let mut broken = told.clone();
        *broken.pointer_mut(pointer).expect("it is there") = wrong;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn the_seed_is_told_as_json_and_only_timing_differs_between_two_runs() {
    let (run, mut slow) = (seed(), seed());
    slow.wall *= 9;
    let told = |run: &RaceRun| -> Value {
        let mut told: Value =
            serde_json::from_str(&render("json", run, &Options::default())).expect("it is JSON");
        told.as_object_mut().expect("it is an object").remove("timing").expect("it is there");
        told
    };
    assert_eq!(told(&run), told(&slow));
    let one = RaceRun { sets: vec![run.sets[1].clone()], ..run };
    snapshot("self-superseding-approve.json", &render("json", &one, &Options::default()));
}

#[test]
fn counts_are_numbers_while_a_double_holds_them() {
    for (orders, told) in [(1 << 53, "9007199254740992"), ((1 << 53) + 1, "\"9007199254740993\"")] {
        let mut run = seed();
        run.sets.truncate(1);
        run.sets[0].orders = orders;
        let json = render("json", &run, &Options::default());
        assert!(json.contains(&format!("\"orders\": {told},")), "{json}");
    }
}

#[test]
fn junit_fails_where_an_invariant_breaks() {
    let text = render("junit", &seed(), &Options::default());
    snapshot("seed.junit", &text);
    let report = quick_junit::Report::deserialize_from_str(&text).expect("it is well-formed");
    assert_eq!((report.tests, report.failures, report.errors), (4, 4, 0));
}

/// What an operator agrees to by the device, that it is gone, that the next one asks for more, and that he
/// stops: all of it is told, on a screen and on a page.
#[test]
fn approving_by_the_device_is_told_to_its_end() {
    let mut race = builtin().into_iter().find(|race| race.id == "pairing.by-device-asks-for-more");
    if let Some(race) = &mut race {
        // laptop asks, operator looks, other looks and rejects, laptop asks for more, operator goes on.
        race.order = Some(vec![0, 1, 2, 2, 0, 1, 1]);
    }
    let run = explored(&policy::ALL[0], race.as_slice());
    let screen = render("terminal", &run, &Options { width: 100, verbose: true, ..Options::default() });
    snapshot("by-device.terminal-100", &screen);
    let page = render("html", &run, &Options::default());
    for words in ["devices approve --device", "this may be approved", "asks for more than"] {
        assert!(screen.contains(words), "{words}: {screen}");
        assert!(page.contains(words), "{words}");
    }
}
