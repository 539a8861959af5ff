//! What breaks where: each shipped race under each policy.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use provoke::simulation::interleave::explore::STATES_MAX;
use provoke::simulation::interleave::{invariant, policy};

use super::shipped;

/// The invariants that break, by race and policy; each race is explored wholly.
fn broken() -> BTreeMap<(String, &'static str), BTreeSet<&'static str>> {
    let mut table = BTreeMap::new();
    for race in shipped() {
        for policy in policy::ALL {
            let explored = (policy.explore)(&race, STATES_MAX)
                .unwrap_or_else(|unready| panic!("{}: {unready}", race.id));
            assert!(explored.whole, "{} has too many states under {}", race.id, policy.name);
            let ids = explored.found.iter().map(|found| invariant::ALL[found.invariant].id());
            table.insert((race.id.clone(), policy.name), ids.collect());
        }
    }
    table
}

#[test]
fn each_race_breaks_what_it_says_and_each_mutant_is_caught_and_no_invariant_sleeps() {
    let table = broken();
    for race in shipped() {
        for policy in policy::ALL.iter().filter(|policy| !policy.mutant) {
            let said = race.breaks.iter().find(|breaks| breaks.policy == policy.name);
            let said: BTreeSet<&str> =
                said.iter().flat_map(|breaks| &breaks.invariants).map(String::as_str).collect();
            let found = &table[&(race.id.clone(), policy.name)];
            assert_eq!(*found, said, "{} under {}", race.id, policy.name);
        }
        let ours = &table[&(race.id.clone(), "ours")];
        assert!(ours.is_empty(), "{} breaks {ours:?} under ours", race.id);
    }
    for policy in policy::ALL.iter().filter(|policy| policy.mutant) {
        let caught = table.iter().any(|((_, name), found)| *name == policy.name && !found.is_empty());
        assert!(caught, "no race catches {}", policy.name);
    }
    for known in invariant::ALL {
        let breaks = |found: &BTreeSet<&str>| found.contains(known.id());
        assert!(table.values().any(breaks), "{} sleeps: nothing breaks it", known.id());
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("races.matrix", text(&table)));
}

fn text(table: &BTreeMap<(String, &'static str), BTreeSet<&'static str>>) -> String {
    let short = |id: &&str| id.trim_start_matches("pairing.").to_owned();
    let mut text = String::new();
    let mut last = "";
    for ((race, policy), found) in table.iter().filter(|(_, found)| !found.is_empty()) {
        if last != race {
            writeln!(text, "{race}").expect("a string takes it");
            last = race;
        }
        let found: Vec<String> = found.iter().map(short).collect();
        writeln!(text, "  {policy:19} {}", found.join(" ")).expect("a string takes it");
    }
    text
}

#[test]
fn ids_are_unique_and_files_stand_where_their_ids_say() {
    let races = shipped();
    assert!(races.len() > 50, "{}", races.len());
    let ids: BTreeSet<&str> = races.iter().map(|race| race.id.as_str()).collect();
    assert_eq!(ids.len(), races.len());
    for race in &races {
        assert_eq!(race.file, format!("scenarios/{}.yaml", race.id.replacen('.', "/", 1)));
        assert!(!race.about.is_empty() && !race.source.is_empty(), "{}", race.id);
        let breaks_openclaw = race.breaks.iter().any(|breaks| breaks.policy.starts_with("openclaw"));
        assert_eq!(race.tags.iter().any(|tag| tag == "openclaw"), breaks_openclaw, "{}: the tag", race.id);
    }
}

/// The rows of the measured table that say something of pairing, and the catalogue's own faults. What a
/// race has no words for is named with the reason, so that a gap is a decision.
#[test]
fn each_row_of_the_law_has_a_race_or_a_reason() {
    const WITHOUT: [(&str, &str); 6] = [
        ("row 15", "a torn file is no order: the store's own tests tear it"),
        ("row 28", "actors have all scopes; the book's cases hold weaker ones"),
        ("row 33", "every actor has a device"),
        ("row 35", "sockets that say nothing are the hall's"),
        ("row 36", "a connect proves itself in one way"),
        ("P12", "it is row 13"),
    ];
    let sources: Vec<String> = shipped().into_iter().map(|race| race.source).collect();
    let rows = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 21, 23, 26, 27, 28, 29];
    let rows = rows.into_iter().chain([31, 32, 33, 35, 36, 38, 39, 40]).map(|row| format!("row {row}"));
    let faults = (1..=14).map(|fault| format!("P{fault:02}"));
    for law in rows.chain(faults) {
        let number = law.trim_start_matches("row ");
        let names =
            |source: &String| source.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == number);
        let has_race = sources.iter().any(names);
        let has_reason = WITHOUT.iter().any(|(without, _)| *without == law);
        assert!(has_race || has_reason, "{law} has no race, and no reason says why");
    }
}
