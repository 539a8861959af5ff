//! Races as JUnit: a case per race, which fails where an invariant breaks.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::report::Options;
use crate::report::text::shown;
use crate::verdict::race::{RaceRun, RaceSet, Violation};

/// The races as JUnit XML.
pub(in crate::report) fn race(run: &RaceRun, _: &Options) -> Vec<u8> {
    let mut report = Report::new("provoke race");
    report.set_time(run.wall);
    let mut suite = TestSuite::new(shown(&run.policy));
    suite.set_time(run.wall);
    suite.add_property(("provoke.seed", run.seed.to_string().as_str()));
    suite.add_property(("provoke.policy", shown(&run.policy).as_str()));
    // Jenkins groups by the part before the last dot.
    let class =
        format!("provoke.{}", shown(&run.policy).replace(|c: char| c == '.' || c.is_whitespace(), "_"));
    suite.add_test_cases(run.sets.iter().map(|set| test_case(set, &class)));
    report.add_test_suite(suite);
    super::bytes(&report)
}

fn test_case(set: &RaceSet, class: &str) -> TestCase {
    let mut test = TestCase::new(shown(&set.name), status(set));
    test.set_classname(class);
    if !set.file.is_empty() {
        test.extra.insert("file".into(), shown(&set.file).into());
    }
    test.add_property(("provoke.orders", set.orders.to_string().as_str()));
    test.add_property(("provoke.states", set.states.to_string().as_str()));
    test
}

fn status(set: &RaceSet) -> TestCaseStatus {
    if let Some(why) = &set.skipped {
        let mut status = TestCaseStatus::skipped();
        status.set_message(shown(why));
        return status;
    }
    let Some(first) = set.violations.first() else { return TestCaseStatus::success() };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let details: Vec<String> = set.violations.iter().flat_map(|broken| details(set, broken)).collect();
    status.set_message(shown(&first.message)).set_type(shown(&first.invariant));
    status.set_description(details.join("\n"));
    status
}

/// A violation, a line each for the words and for every step.
fn details(set: &RaceSet, broken: &Violation) -> Vec<String> {
    let mut lines = vec![
        shown(&format!("{}: {}", broken.invariant, broken.message)),
        format!("  in {} of {} orders; it guards {}", broken.orders, set.orders, shown(&broken.source)),
    ];
    lines.extend(broken.picture.start.iter().map(|line| shown(&format!("  before: {line}"))));
    for (at, step) in broken.picture.steps.iter().enumerate() {
        let name = |lane: usize| broken.picture.lanes.get(lane).map_or("", |lane| lane.name.as_str());
        lines.push(shown(&format!("  {}. {}: {}", at + 1, name(step.lane), step.act)));
        for message in step.messages.iter().filter(|message| message.words != step.act) {
            let way = if message.from == message.to {
                name(message.from).to_owned()
            } else {
                format!("{} -> {}", name(message.from), name(message.to))
            };
            lines.push(shown(&format!("     {way}: {}", message.words)));
        }
    }
    lines
}
