//! `junit`: XML for GitLab, Jenkins and everything else that reads JUnit.
//!
//! A suite per provider and model. `classname` is `provoke.<provider>.<model>`
//! without further dots, as Jenkins groups by the part before the last one;
//! GitLab keeps only the first of two cases with equal name and classname, so
//! they are made unique. What could not run is an `error`, never a `failure`.
//! No timestamps: a report is told no time but durations.

mod race;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::telling::{cell, expectation, observed, place, telling};
use super::text::shown;
use super::{Options, Renderer, Told};
use crate::verdict::{Case, Evidence, Verdict};

pub(super) use race::race;

/// The renderer.
pub(super) struct Junit;

impl Renderer for Junit {
    fn id(&self) -> &'static str {
        "junit"
    }

    fn about(&self) -> &'static str {
        "JUnit XML, for GitLab, Jenkins and other readers of test results."
    }

    fn render(&self, told: &Told<'_>, _: &Options) -> Vec<u8> {
        let run = told.run;
        let mut suites: BTreeMap<(&str, &str), Vec<&Case>> = BTreeMap::new();
        for case in &run.cases {
            suites.entry((&case.provider, &case.model)).or_default().push(case);
        }
        let mut report = Report::new("provoke");
        report.set_time(run.wall);
        let mut taken = BTreeSet::new();
        for ((provider, model), cases) in suites {
            let mut suite = TestSuite::new(shown(&cell(provider, model)));
            suite.set_time(cases.iter().map(|case| case.wall).fold(Duration::ZERO, Duration::saturating_add));
            suite.add_property(("provoke.seed", run.seed.to_string().as_str()));
            suite.add_property(("provoke.subject", shown(&run.subject).as_str()));
            suite.add_test_cases(cases.into_iter().map(|case| test_case(case, &mut taken)));
            report.add_test_suite(suite);
        }
        bytes(&report)
    }
}

/// The document, ending in one newline.
fn bytes(report: &Report) -> Vec<u8> {
    let mut out = report.to_string().expect("memory takes every write");
    out.truncate(out.trim_end().len());
    out.push('\n');
    out.into_bytes()
}

/// A case, under a name that no other one of its class has.
fn test_case(case: &Case, taken: &mut BTreeSet<(String, String)>) -> TestCase {
    let class = class_name(case);
    let name = shown(&format!("{}@{}", case.scenario, case.world.name()));
    let numbered = (2..).map(|n| format!("{name} ({n})"));
    let unique = std::iter::once(name.clone())
        .chain(numbered)
        .find(|name| taken.insert((class.clone(), name.clone())))
        .expect("numbers do not run out");
    let mut test = TestCase::new(unique, status(case));
    test.set_classname(class).set_time(case.wall);
    if let Some((file, line)) = &case.source {
        test.extra.insert("file".into(), shown(file).into());
        test.extra.insert("line".into(), line.to_string().into());
    }
    test.add_properties(properties(case));
    let out = system_out(case);
    if !out.is_empty() {
        test.set_system_out(out);
    }
    test
}

/// What JUnit has no element for: a known failure that passed, and in GitLab's
/// spelling the recording of what did not simply pass.
fn system_out(case: &Case) -> String {
    let healed =
        (case.verdict == Verdict::Xpass).then(|| format!("xpass: {}", shown(&telling(case).message)));
    let looked_at = !matches!(case.verdict, Verdict::Pass | Verdict::Skip);
    let recording = case.recording.as_ref().filter(|_| looked_at);
    let attachment = recording.map(|path| format!("[[ATTACHMENT|{}]]", shown(path)));
    healed.into_iter().chain(attachment).collect::<Vec<_>>().join("\n")
}

/// `provoke.<provider>.<model>`: two dots at most, and no blanks.
fn class_name(case: &Case) -> String {
    let part = |text: &str| shown(text).replace(|c: char| c == '.' || c.is_whitespace(), "_");
    if case.model.is_empty() {
        format!("provoke.{}", part(&case.provider))
    } else {
        format!("provoke.{}.{}", part(&case.provider), part(&case.model))
    }
}

/// The two questions, for readers that show properties.
fn properties(case: &Case) -> Vec<Property> {
    let blame = case.observed.blame.map(|blame| ("provoke.blame", blame.name().to_owned()));
    let ran = case.verdict != Verdict::Skip;
    let known = [
        ("provoke.id", shown(&case.id)),
        ("provoke.verdict", case.verdict.name().to_owned()),
        ("provoke.expected", shown(&case.expected)),
    ];
    let observed = ran.then(|| ("provoke.observed", shown(&observed(&case.observed))));
    known.into_iter().chain(observed).chain(blame).map(|(name, value)| Property::new(name, value)).collect()
}

/// JUnit knows four states; the verdict's own name stands in the properties.
fn status(case: &Case) -> TestCaseStatus {
    let telling = telling(case);
    let message = shown(&telling.message);
    let kind = telling.check.map_or_else(|| reason_type(case), shown);
    let mut status = match case.verdict {
        Verdict::Pass | Verdict::Xpass | Verdict::Flaky => TestCaseStatus::success(),
        Verdict::Skip | Verdict::Xfail => TestCaseStatus::skipped(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    match case.verdict {
        Verdict::Pass | Verdict::Xpass => {}
        Verdict::Flaky => {
            let mut rerun = TestRerun::new(NonSuccessKind::Failure);
            rerun.set_message(message).set_type(kind).set_description(details(case));
            status.add_rerun(rerun);
        }
        Verdict::Skip => {
            status.set_message(message).set_type(kind);
        }
        Verdict::Xfail | Verdict::Fail | Verdict::Error => {
            status.set_message(message).set_type(kind).set_description(details(case));
        }
    }
    status
}

/// The `type` where no check gives it: the cause, or the verdict's name.
fn reason_type(case: &Case) -> String {
    let cause = case.observed.cause.as_deref().filter(|_| case.verdict == Verdict::Error);
    cause.map_or_else(|| case.verdict.name().to_owned(), shown)
}

/// Everything that is not fine, a line each.
fn details(case: &Case) -> String {
    let mut lines = vec![shown(&expectation(case))];
    for check in case.checks.iter().filter(|check| check.verdict != Verdict::Pass) {
        lines.push(shown(&format!("{} {}: {}", check.verdict.name(), check.id, check.message)));
        lines.extend(check.evidence.iter().map(seen));
    }
    for finding in &case.findings {
        let (blame, sure) = (finding.blame.name(), finding.confidence.name());
        lines.push(shown(&format!("{} (blame {blame}, {sure}): {}", finding.cause, finding.message)));
        lines.extend(finding.evidence.iter().map(seen));
        lines.extend(
            finding.fix.iter().enumerate().map(|(n, step)| format!("  fix {}. {}", n + 1, shown(step))),
        );
    }
    if let Some((file, line)) = &case.source {
        lines.push(format!("scenario: {}:{line}", shown(file)));
    }
    if let Some(recording) = &case.recording {
        lines.push(format!("recording: {}", shown(recording)));
    }
    lines.join("\n")
}

fn seen(evidence: &Evidence) -> String {
    match place(evidence) {
        place if place.is_empty() => format!("  seen {}", shown(&evidence.text)),
        place => format!("  seen {} ({place})", shown(&evidence.text)),
    }
}
