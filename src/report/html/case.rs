//! What a cell shows when it is opened: findings, checks and pictures, both worlds together.

use super::cells::{Cell, Shown};
use super::escape::Markup;
use super::evidence::{list, verdict};
use super::{reference, waterfall};
use crate::report::Told;
use crate::report::telling::observed;
use crate::report::words::spoken;
use crate::verdict::{Case, CheckResult, Finding, World};

/// Checks that are shown of one cell.
const CHECKS_MAX: usize = 64;
/// Findings that are shown of one cell.
const FINDINGS_MAX: usize = 8;
/// Steps of a fix that are shown.
const STEPS_MAX: usize = 12;

/// Draws the inside of a cell.
pub(super) fn draw(m: &mut Markup, told: &Told<'_>, cell: &Cell<'_>, shown: &Shown<'_>) {
    facts(m, cell);
    reference::draw(m, cell);
    findings(m, &cell.cases);
    checks(m, &cell.cases);
    let mut first = true;
    for case in &cell.cases {
        if !shown.pictures.contains(case.id.as_str()) {
            continue;
        }
        if let Some(trace) = told.traces.get(&case.id) {
            let prefix = format!("c{}{}", cell.number, case.world.name());
            let title = match case.world {
                World::Sim => "On the wire, simulated",
                World::Wire => "On the wire, over real sockets",
            };
            waterfall::draw(m, trace, title, &prefix, first);
            first = false;
        }
    }
}

/// What was declared and what was observed, world by world where that differs.
fn facts(m: &mut Markup, cell: &Cell<'_>) {
    m.tag("dl", &[("class", "facts")], |m| {
        fact(m, "declared", &merged(&cell.cases, |case| case.expected.clone()));
        let seen = merged(&cell.cases, |case| {
            let blame = case.observed.blame.map(|blame| format!(", blame {}", blame.name()));
            observed(&case.observed) + &blame.unwrap_or_default()
        });
        fact(m, "observed", &seen);
        fact(m, "subject", &merged(&cell.cases, |case| case.subject.name().to_owned()));
        let sources = merged(&cell.cases, |case| {
            case.source.as_ref().map(|(file, line)| format!("{file}:{line}")).unwrap_or_default()
        });
        fact(m, "declared in", &sources);
        fact(m, "recording", &merged(&cell.cases, |case| case.recording.clone().unwrap_or_default()));
        let took: Vec<String> =
            cell.cases.iter().map(|case| format!("{} {}", case.world.name(), spoken(case.wall))).collect();
        fact(m, "by the clock", &took.join(", "));
    });
}

fn fact(m: &mut Markup, name: &'static str, value: &str) {
    if !value.is_empty() {
        m.tag("div", &[], |m| {
            m.words("dt", "", name);
            m.words("dd", "", value);
        });
    }
}

/// One text where all cases say the same; else each after the name of its world.
fn merged(cases: &[&Case], of: impl Fn(&Case) -> String) -> String {
    let texts: Vec<String> = cases.iter().map(|case| of(case)).collect();
    if texts.windows(2).all(|pair| pair[0] == pair[1]) {
        return texts.into_iter().next().unwrap_or_default();
    }
    let named = cases.iter().zip(texts).filter(|(_, text)| !text.is_empty());
    named.map(|(case, text)| format!("{}: {text}", case.world.name())).collect::<Vec<_>>().join("; ")
}

fn findings(m: &mut Markup, cases: &[&Case]) {
    let mut groups: Vec<(&Finding, Vec<(&Case, &Finding)>)> = Vec::new();
    for case in cases {
        for finding in &case.findings {
            match groups.iter_mut().find(|(known, _)| says_the_same(known, finding)) {
                Some((_, members)) => members.push((case, finding)),
                None => groups.push((finding, vec![(case, finding)])),
            }
        }
    }
    for (finding, members) in groups.iter().take(FINDINGS_MAX) {
        m.tag("article", &[("class", "finding")], |m| {
            m.tag("h4", &[], |m| {
                m.words("code", "", &finding.cause);
                let sure = format!("blame {} ({})", finding.blame.name(), finding.confidence.name());
                m.raw(" ");
                m.words("span", "faint", &sure);
                only_in(m, members.iter().map(|(case, _)| *case), cases);
            });
            m.words("p", "", &finding.message);
            list(m, members.iter().flat_map(|(_, finding)| &finding.evidence));
            if !finding.fix.is_empty() {
                m.raw("<h5>Fix</h5>");
                m.tag("ol", &[("class", "fix")], |m| {
                    for step in finding.fix.iter().take(STEPS_MAX) {
                        m.words("li", "", step);
                    }
                });
            }
        });
    }
    if groups.len() > FINDINGS_MAX {
        m.words("p", "faint", &format!("and {} more findings", groups.len() - FINDINGS_MAX));
    }
}

fn says_the_same(one: &Finding, other: &Finding) -> bool {
    let said = |finding: &Finding| (finding.blame, finding.confidence);
    said(one) == said(other)
        && one.cause == other.cause
        && one.message == other.message
        && one.fix == other.fix
}

/// Names the worlds, where it is not all of them.
fn only_in<'a>(m: &mut Markup, some: impl Iterator<Item = &'a Case>, all: &[&Case]) {
    let mut worlds: Vec<&str> = some.map(|case| case.world.name()).collect();
    if worlds.len() < all.len() {
        worlds.dedup();
        m.raw(" ");
        m.words("span", "faint", &format!("only in {}", worlds.join(", ")));
    }
}

fn checks(m: &mut Markup, cases: &[&Case]) {
    let mut ids: Vec<&str> = Vec::new();
    for check in cases.iter().flat_map(|case| &case.checks) {
        if !ids.contains(&check.id.as_str()) && ids.len() < CHECKS_MAX {
            ids.push(&check.id);
        }
    }
    if ids.is_empty() {
        return;
    }
    m.tag("table", &[("class", "checks")], |m| {
        m.raw("<caption>Checks</caption><thead><tr>");
        for case in cases {
            m.tag("th", &[("scope", "col"), ("class", "mark")], |m| m.text(case.world.name()));
        }
        m.raw("<th scope=\"col\">check</th></tr></thead><tbody>");
        for id in ids {
            let of = |case: &&'_ Case| case.checks.iter().position(|check| check.id == id);
            let results: Vec<Option<&CheckResult>> =
                cases.iter().map(|case| of(case).map(|place| &case.checks[place])).collect();
            m.tag("tr", &[], |m| check_row(m, id, cases, &results));
        }
        m.raw("</tbody>");
    });
}

fn check_row(m: &mut Markup, id: &str, cases: &[&Case], results: &[Option<&CheckResult>]) {
    for result in results {
        m.tag("td", &[("class", "mark")], |m| match result {
            Some(check) => verdict(m, check.verdict),
            None => m.raw("<i>does not apply</i>"),
        });
    }
    m.tag("td", &[], |m| {
        m.words("code", "", id);
        let said = cases.iter().zip(results).filter_map(|(case, result)| Some((case, (*result)?)));
        let said: Vec<(&&Case, &CheckResult)> = said.collect();
        let same = said.windows(2).all(|pair| pair[0].1.message == pair[1].1.message);
        for (case, check) in said.iter().take(if same { 1 } else { said.len() }) {
            m.tag("p", &[], |m| {
                if !same {
                    m.words("span", "faint", &format!("{}: ", case.world.name()));
                }
                m.text(&check.message);
            });
        }
        list(m, said.iter().flat_map(|(_, check)| &check.evidence));
    });
}
