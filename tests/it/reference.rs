//! Ours beside another subject: every measured row has its cell, and the table tells both.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use provoke::io::runner::{self, Options as RunOptions, Silent};
use provoke::report::{self, Options, Told};
use provoke::scenario::schema::{Probe, Reason, ReferenceRow};
use provoke::verdict::{Run, World};

use crate::case_file::shared;
use crate::worlds::plans;

/// A row of the table: the fault, the dialect and the other cells as they are written.
fn row(line: &str) -> Option<(String, &'static str, Vec<String>)> {
    let cells: Vec<&str> =
        line.strip_prefix('|')?.split('|').map(|cell| cell.trim().trim_matches('*')).collect();
    let dialect = match *cells.get(1)? {
        "a" => "anthropic_messages",
        "o" => "openai_chat",
        _ => return None,
    };
    Some((cells[0].to_owned(), dialect, cells[2..].iter().map(|cell| (*cell).to_owned()).collect()))
}

/// The table's word for a reason.
fn word(reason: Reason) -> &'static str {
    match reason {
        Reason::None => "-",
        Reason::Context => "CTX",
        Reason::ContextSilent => "CTX0",
        Reason::Idle => "idle→timeout",
        other => other.name(),
    }
}

/// The longest message that must be told to its end.
const TOLD_MAX: usize = 80;

fn hold(name: &str, measured: &[String], told: &ReferenceRow) {
    let requests = told.requests.map_or_else(|| "?".to_owned(), |requests| requests.to_string());
    assert_eq!(measured[0], requests, "{name}: requests");
    let resent = match (told.requests, told.resent) {
        (None, _) => "?",
        (_, true) => "y",
        (_, false) => "",
    };
    assert_eq!(measured[1], resent, "{name}: sent again");
    assert_eq!(measured[2], word(told.reason), "{name}: reason");
    assert_eq!(measured[3], told.probe.name(), "{name}: probe");
    // An answer is told by itself, and what the table says of silence is no message.
    if matches!(told.reason, Reason::Ok | Reason::Idle | Reason::Hangs) {
        assert_eq!(told.told, "", "{name}");
    } else if measured[4].chars().count() <= TOLD_MAX {
        assert_eq!(measured[4], told.told, "{name}: told");
    } else {
        let begin = told.told.strip_suffix('…').unwrap_or_else(|| panic!("{name}: it goes on"));
        assert!(measured[4].starts_with(begin) && begin.len() > TOLD_MAX / 2, "{name}: told {begin}");
    }
}

#[test]
fn every_measured_row_has_a_cell_with_the_same_values() {
    let test = "every_measured_row_has_a_cell_with_the_same_values";
    let Some(table) = shared(test, "spec/router-reference-table.md") else { return };
    let plans = plans();
    let mut cells = BTreeMap::new();
    for plan in &plans {
        for reference in plan.cells.iter().filter_map(|cell| cell.reference.as_ref()) {
            assert_eq!(reference.subject, "openclaw 2026.4.12", "{}", plan.id);
            cells.insert((plan.id.clone(), reference.dialect), reference.row.clone());
        }
    }
    let rows: Vec<_> = table.lines().filter_map(row).collect();
    assert!(rows.len() > 200, "only {} rows were read", rows.len());
    for (fault, dialect, measured) in &rows {
        let id = format!("openclaw.{fault}");
        let told = cells.remove(&(id.clone(), *dialect)).unwrap_or_else(|| panic!("{id} has no {dialect}"));
        hold(&format!("{id} {dialect}"), measured, &told);
    }
    assert!(cells.is_empty(), "nobody measured {:?}", cells.keys());
}

/// The cells with a reference, run in the simulated world.
fn compared(wanted: &[&str]) -> Run {
    let plans: Vec<_> = plans()
        .into_iter()
        .filter(|plan| plan.cells.iter().any(|cell| cell.reference.is_some()))
        .filter(|plan| wanted.is_empty() || wanted.contains(&plan.id.as_str()))
        .collect();
    let options = RunOptions { worlds: vec![World::Sim], ..RunOptions::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut run = runtime.block_on(runner::run(&plans, &options, &Silent)).0;
    run.wall = std::time::Duration::ZERO;
    run
}

/// The lines of the comparison in a report for people.
fn comparison(run: &Run, width: usize) -> String {
    let options = Options { width, ..Options::default() };
    let text = report::by_id("terminal").unwrap().render(&Told::from(run), &options);
    let text = String::from_utf8(text).unwrap();
    let table = text.lines().skip_while(|line| !line.starts_with("  fault "));
    table.take_while(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_comparison_is_told_in_full() {
    let run = compared(&[]);
    for width in [80, 200] {
        let text = comparison(&run, width);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(width), "{widest:?} columns on a screen of {width}");
        if width == 200 {
            crate::reports::snapshot("reference.terminal-200", &text);
        }
    }
    // Wherever the first choice failed, ours says a failure, and another answered or an error was told.
    for reference in run.cases.iter().filter_map(|case| case.reference.as_ref()) {
        assert_eq!(
            reference.ours.class.is_some(),
            reference.ours.answered.is_none() || reference.ours.fell_back
        );
    }
}

#[test]
fn a_narrow_screen_tells_below_what_a_wide_one_tells_beside() {
    let run = compared(&["openclaw.empty-200", "openclaw.e429-ra600", "openclaw.ok", "openclaw.e400-ctx"]);
    crate::reports::snapshot("reference.terminal-80", &comparison(&run, 80));
}

#[test]
fn the_table_keeps_out_of_runs_about_other_things_unless_all_is_asked_for() {
    let mut run = compared(&["openclaw.empty-200"]);
    let mut other = run.cases[0].clone();
    (other.id, other.reference) = ("zebra".to_owned(), None);
    run.cases.push(other);
    assert_eq!(comparison(&run, 80), "");
    let verbose = Options { verbose: true, ..Options::default() };
    let text = report::by_id("terminal").unwrap().render(&Told::from(&run), &verbose);
    assert!(String::from_utf8(text).unwrap().contains("openclaw 2026.4.12"));
}

#[test]
fn machines_and_pages_are_told_how_it_differs() {
    let run = compared(&["openclaw.empty-200"]);
    let json = report::by_id("json").unwrap().render(&Told::from(&run), &Options::default());
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let validator = jsonschema::validator_for(&report::json::schema()).unwrap();
    assert!(validator.is_valid(&json));
    let reference = &json["cases"][0]["reference"];
    assert_eq!(reference["reason"], "ok");
    assert_eq!(reference["probe"], Probe::Ok.name());
    assert_eq!(reference["ours"]["answered"], "steady/other");
    assert_eq!(reference["differs"][0], "it takes `empty-stream` for an answer");
    let page = report::by_id("html").unwrap().render(&Told::from(&run), &Options::default());
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("it calls `empty-stream` a timeout") && page.contains("LLM request timed out."));
}
