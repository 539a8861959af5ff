//! The page: its shape, its bounds, and that no text of others becomes a part of it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use provoke::moment::Moment;
use provoke::recording::trace::{Ending, Lane, Mark, MarkKind, Quiet, Trace};
use provoke::recording::{Side, Stage, Timed};
use provoke::report::{self, Heat, HeatCell, HeatMap, HeatRow, Options, Told};
use provoke::verdict::Run;

use super::{all_runs, runs, snapshot};

type Traces = BTreeMap<String, Trace>;

pub(super) fn page(run: &Run, traces: &Traces, maps: &[HeatMap]) -> String {
    let html = report::by_id("html").expect("the format is registered");
    let bytes = html.render(&Told { run, traces, maps }, &Options::default());
    String::from_utf8(bytes).expect("a page is UTF-8")
}

/// A stall with a ping, then the fallback, and the caller; every text is `text`.
fn trace(text: &str) -> Trace {
    let at = Moment::from_millis;
    let mark = |ms, kind, offset| Mark { at: at(ms), kind, offset, bytes: 40, text: text.to_owned() };
    let lane = |attempt, ms, marks, end| Lane {
        side: if attempt == 0 { Side::Caller } else { Side::Upstream },
        attempt,
        target: text.to_owned(),
        started: at(ms),
        head: Some(Timed { at: at(ms + 100), what: 200 }),
        bytes: 120,
        marks,
        marks_left_out: 0,
        quiet: Vec::new(),
        end: Some(end),
    };
    let stalled = vec![
        mark(200, MarkKind::Content, 0),
        mark(30_000, MarkKind::Ping, 40),
        mark(31_000, MarkKind::Unfinished, 80),
    ];
    let whole = || vec![mark(61_000, MarkKind::Content, 0), mark(61_400, MarkKind::Terminal, 40)];
    let late = Timed { at: at(60_200), what: Ending::TimedOut(Stage::InterEvent) };
    let mut first = lane(1, 0, stalled, late);
    first.quiet = vec![Quiet { from: at(200), to: at(60_200), timed_out: true }];
    let closed = |ms| Timed { at: at(ms), what: Ending::Whole };
    let second = lane(2, 60_500, whole(), closed(61_500));
    let caller = lane(0, 0, whole(), Timed { at: at(61_450), what: Ending::Cut });
    Trace { lanes: vec![first, second, caller], lanes_left_out: 0, commit: Some(at(61_000)) }
}

fn map(text: &str) -> HeatMap {
    let cell = |heat| HeatCell { heat, note: text.to_owned() };
    let row = |cells: &[Heat]| HeatRow {
        name: text.to_owned(),
        cells: cells.iter().map(|heat| cell(*heat)).collect(),
    };
    HeatMap {
        title: text.to_owned(),
        about: text.to_owned(),
        column_kind: "check".to_owned(),
        row_kind: "fault".to_owned(),
        columns: vec![text.to_owned(); 3],
        rows: vec![row(&[Heat::Own, Heat::Silent]), row(&[Heat::Explained, Heat::Unexplained, Heat::Silent])],
    }
}

/// The page without its style and script, a tag on each line.
fn bare(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").expect("it has a style");
    let (_, body) = rest.split_once("</style>").expect("the style ends");
    let (body, _) = body.split_once("<script>").expect("it has a script");
    let (start, policy) = head.split_once("<meta http-equiv").expect("it has a policy");
    let (_, title) = policy.split_once('>').expect("the policy ends");
    format!("{start}{title}{body}")
}

#[test]
fn the_page_of_a_small_run_is_as_it_was_looked_at() {
    let mut run = runs::trouble();
    run.cases.retain(|case| case.scenario == "stream.truncated");
    let traces = run.cases.iter().take(1).map(|case| (case.id.clone(), trace("data: {\"a\":1}")));
    let page = page(&run, &traces.collect(), &[map("some text")]);
    snapshot("small.html", &bare(&page).replace("><", ">\n<"));
}

#[test]
fn the_page_loads_nothing_and_forbids_that_it_does() {
    for (name, run) in all_runs() {
        let page = page(&run, &Traces::new(), &[]);
        let policy = "Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-";
        assert!(page.contains(policy), "{name}");
        for loads in [" src=", "url(", "@import", "http://", "https://", " style=", " onclick="] {
            assert!(!bare(&page).contains(loads), "{name}: {loads}");
        }
        assert_eq!(page.matches("<script").count(), 1, "{name}");
    }
}

#[test]
fn a_run_of_thousands_has_bounds_and_says_what_it_leaves_out() {
    let one = runs::night().cases[0].clone();
    let mut run = Run { cases: Vec::new(), ..runs::night() };
    for n in 0..5_000 {
        let mut case = one.clone();
        case.model = format!("m{n:04}");
        case.id = format!("{n:04}");
        run.cases.push(case);
    }
    run.cases[4_999].verdict = provoke::verdict::Verdict::Fail;
    let traces = run.cases.iter().map(|case| (case.id.clone(), trace("data: {}"))).collect();
    let page = page(&run, &traces, &[]);
    assert!(page.len() < 12 << 20, "{} bytes", page.len());
    assert!(page.contains("400 of 5000 cases have their picture here"));
    assert!(page.contains("2000 of 5000 cases are told in full"));
    assert_eq!(page.matches("<figure>").count(), 400);
    // What failed is told in full and drawn, wherever it stands.
    let failed = page.split("id=\"c4999\"").nth(1).expect("its cell is there");
    assert!(failed.contains("<figure>"));
}

/// A run all of whose texts are `text`.
fn all_of(text: &str) -> Run {
    let mut run = runs::trouble();
    run.cases.truncate(1);
    let text = || text.to_owned();
    run.subject = text();
    for case in &mut run.cases {
        (case.id, case.scenario, case.provider, case.model) = (text(), text(), text(), text());
        (case.expected, case.recording, case.source) = (text(), Some(text()), Some((text(), 1)));
        case.observed.cause = Some(text());
        case.findings = runs::night().cases[0].findings.clone();
        for check in &mut case.checks {
            (check.id, check.message) = (text(), text());
            check.evidence = vec![provoke::verdict::Evidence::of(1, text())];
        }
    }
    run
}

/// The tags of a page with the names of their attributes, as a browser would cut them.
fn skeleton(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (mut quoted, mut tag) = (false, String::new());
        let end = rest.find(|letter| {
            quoted ^= letter == '"';
            if !quoted && letter != '>' && letter != '"' {
                tag.push(letter);
            }
            letter == '>' && !quoted
        });
        tags.push(tag);
        rest = &rest[end.map_or(rest.len(), |end| end + 1)..];
    }
    tags
}

proptest! {
    #![proptest_config(crate::chance::tries(64))]
    #[test]
    fn no_text_breaks_out_of_its_place(
        text in prop_oneof![
            ".{0,60}",
            "[<>\"'&/=! a-z-]{0,60}",
            Just("</title></style></script><script>alert(1)</script>".to_owned()),
            Just("\" onclick=\"x\" <!-- ]]> &lt;\u{202e}\0".to_owned()),
        ]
    ) {
        let pages = ["x".to_owned(), format!("x{text}")].map(|text| {
            let run = all_of(&text);
            let traces = run.cases.iter().map(|case| (case.id.clone(), trace(&text))).collect();
            page(&run, &traces, &[map(&text)])
        });
        let [calm, hostile] = pages.map(|page| skeleton(&bare(&page)));
        prop_assert_eq!(calm, hostile);
    }
}
