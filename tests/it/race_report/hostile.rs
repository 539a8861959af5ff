//! Names and words that come from a file and from a gateway, and act.

use std::time::Duration;

use provoke::report::{Options, race};
use provoke::verdict::Verdict;
use provoke::verdict::race::{
    Lane, LaneKind, Message, MessageKind, Picture, RaceRun, RaceSet, RaceStep, Violation,
};

const EVIL: &str = "</text></svg><script>alert(1)</script>]]>\u{1b}[2J\u{202e}\0\"'&\n";

/// Something of everything, all of it hostile, with more lanes than any screen has room for.
fn hostile(lanes: usize) -> RaceRun {
    let evil = || EVIL.to_owned();
    let lane = |at: usize| Lane { name: format!("{at}{EVIL}"), about: evil(), kind: LaneKind::Actor };
    let kinds =
        [MessageKind::Ask, MessageKind::Answer, MessageKind::Refusal, MessageKind::Note, MessageKind::Broken];
    let message = |kind: MessageKind, from, to| Message { from, to, words: EVIL.repeat(9), kind };
    let messages = kinds.iter().flat_map(|kind| {
        [message(*kind, 0, lanes - 1), message(*kind, lanes - 1, 0), message(*kind, lanes / 2, lanes / 2)]
    });
    let steps = vec![RaceStep { lane: 0, act: evil(), messages: messages.collect() }];
    let picture = Picture { start: vec![evil()], lanes: (0..lanes).map(lane).collect(), steps };
    let broken = Violation {
        invariant: evil(),
        about: evil(),
        source: evil(),
        message: evil(),
        orders: 1,
        picture: picture.clone(),
        replay: evil(),
        kept: Some(evil()),
    };
    let set = RaceSet {
        name: evil(),
        title: evil(),
        source: evil(),
        file: evil(),
        orders: u128::MAX,
        whole: false,
        moves: u64::MAX / 4,
        made: 1,
        states: u64::MAX / 4,
        verdict: Verdict::Fail,
        skipped: None,
        violations: vec![broken],
        played: None,
    };
    let held =
        RaceSet { violations: Vec::new(), played: Some(picture), verdict: Verdict::Pass, ..set.clone() };
    let skipped = RaceSet { skipped: Some(evil()), played: None, verdict: Verdict::Skip, ..held.clone() };
    RaceRun {
        policy: evil(),
        about: evil(),
        sets: vec![set, held, skipped],
        verdict: Verdict::Fail,
        seed: 0,
        wall: Duration::ZERO,
        exploring: Duration::ZERO,
    }
}

#[test]
fn nothing_acts_in_any_format_and_every_line_fits() {
    for lanes in [1, 2, 5, 13] {
        let run = hostile(lanes);
        for format in race::ALL {
            let out = (format.render)(&run, &Options::default());
            assert!(out.ends_with(b"\n") && !out.ends_with(b"\n\n"), "{}", format.id);
            let text = String::from_utf8(out).expect("a report is UTF-8");
            let acting = |c: &char| (c.is_control() && *c != '\n') || *c == '\u{202e}';
            assert_eq!(text.chars().find(acting), None, "{}", format.id);
            match format.id {
                "terminal" => {
                    for line in text.lines() {
                        let wide = comfy_table::Table::new().add_row([line]).column_max_content_widths()[0];
                        assert!(wide <= 80, "{lanes} lanes: {line}");
                    }
                }
                "html" => assert!(!text.contains("<script>alert"), "it is text"),
                "junit" => {
                    let report = quick_junit::Report::deserialize_from_str(&text).expect("it is well-formed");
                    assert_eq!((report.tests, report.failures, report.skipped), (3, 1, 1));
                }
                _ => assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok()),
            }
        }
    }
}
