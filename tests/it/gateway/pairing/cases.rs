//! The cases of `tests/cases/gateway/pairing`: each step's answer, events, log lines and closed
//! sockets, and the list in the end.

use std::path::{Path, PathBuf};

use provoke::gateway::clock::Leap;
use provoke::gateway::fresh::Fresh;
use provoke::gateway::pairing::{Answer, Book, Command, Policy, ServerKey, Step};
use provoke::gateway::settings::LocalUpgrade;
use serde::Deserialize;

use super::script::{DAWN_MS, Names, chance};

/// A case file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    #[expect(dead_code, reason = "for whoever reads the file")]
    title: String,
    #[expect(dead_code, reason = "for whoever reads the file")]
    #[serde(default)]
    row: Option<String>,
    #[serde(default)]
    policy: Option<String>,
    steps: Vec<std::collections::BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    state: Vec<String>,
}

impl Case {
    pub(crate) fn policy(&self) -> Policy {
        let ask = self.policy.as_deref() == Some("ask");
        Policy { local_upgrade: if ask { LocalUpgrade::Ask } else { LocalUpgrade::Connection } }
    }

    /// Plays the case; its steps and its state as they came.
    pub(crate) fn play(
        &self,
        transact: &mut dyn FnMut(u64, Fresh, &Command) -> Step,
    ) -> (Vec<(String, Vec<String>)>, Vec<String>) {
        let mut names = Names::default();
        let (mut now, mut number) = (DAWN_MS, 0);
        let mut came = Vec::new();
        for step in &self.steps {
            let text = step.keys().next().expect("a step has words");
            if let Some(seconds) = text.strip_prefix("wait ") {
                now += 1000 * seconds.trim_end_matches('s').parse::<u64>().expect("seconds");
                came.push((text.clone(), Vec::new()));
                continue;
            }
            // The clock is set while the gateway watches, or while it does not run.
            if let Some((who, to_ms)) = set_to(text, now) {
                let leap = Leap { from_ms: now, to_ms, base_ms: i64::try_from(to_ms).unwrap_or(i64::MAX) };
                let told = (who == "wall").then(|| transact(now, chance(0), &Command::ClockSet(leap)));
                let lines = told.map(|step| names.tell(&step)).unwrap_or_default();
                came.push((text.clone(), lines));
                now = to_ms;
                continue;
            }
            let (text, times) = text
                .split_once(" times ")
                .map_or((text.as_str(), 1), |(times, rest)| (rest, times.parse().expect("how often")));
            let mut lines = Vec::new();
            for _ in 0..times {
                (now, number) = (now + 1000, number + 1);
                let command = names.command(text);
                lines = names.tell(&transact(now, chance(number), &command));
            }
            let text = if times > 1 { format!("{times} times {text}") } else { text.to_owned() };
            came.push((text, lines));
        }
        let listed = transact(now, chance(u64::MAX), &Command::List);
        let Answer::Payload(list) = listed.answer else { panic!("a list: {listed:?}") };
        (came, names.state(&list))
    }

    pub(crate) fn wanted(&self) -> (Vec<(String, Vec<String>)>, Vec<String>) {
        let steps = self.steps.iter().flat_map(|step| step.clone().into_iter()).collect();
        (steps, self.state.clone())
    }
}

/// `wall +60s`, `wall -60s`, `wall =0s` and the same with `unseen`: who sets the clock, and to what.
fn set_to(text: &str, now: u64) -> Option<(&str, u64)> {
    let (who, how) = text.split_once(' ').filter(|(who, _)| ["wall", "unseen"].contains(who))?;
    let ms = 1000 * how[1..].trim_end_matches('s').parse::<u64>().expect("seconds");
    let to_ms = match &how[..1] {
        "+" => now + ms,
        "-" => now.saturating_sub(ms),
        "=" => ms,
        _ => panic!("no such step: {text}"),
    };
    Some((who, to_ms))
}

/// All cases, with their paths.
#[expect(clippy::disallowed_methods, reason = "cases are files")]
pub(crate) fn all() -> Vec<(PathBuf, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gateway/pairing");
    let entries = folder.read_dir().expect("the folder of cases is in the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("readable");
        let case = serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        (path, case)
    };
    let cases: Vec<_> = paths.into_iter().map(read).collect();
    assert!(cases.len() > 20, "few cases in {}", folder.display());
    cases
}

/// A script as it would stand in the file.
fn print(steps: &[(String, Vec<String>)], state: &[String]) -> String {
    let mut text = "steps:\n".to_owned();
    for (step, lines) in steps {
        text += &format!("  - {step}:{}\n", if lines.is_empty() { " []" } else { "" });
        for line in lines {
            let quoted = serde_json::to_string(line).expect("text");
            let plain = !line.contains(": ") && !line.contains('{');
            text += &format!("      - {}\n", if plain { line } else { &quoted });
        }
    }
    text += if state.is_empty() { "state: []\n" } else { "state:\n" };
    state.iter().for_each(|line| text += &format!("  - {line}\n"));
    text
}

#[expect(clippy::disallowed_methods, reason = "a wanted change is written back, as snapshots are")]
fn accept(path: &Path, text: &str) -> bool {
    if std::env::var("INSTA_UPDATE").as_deref() != Ok("always") {
        return false;
    }
    let old = std::fs::read_to_string(path).expect("readable");
    let head = old.split_once("steps:\n").expect("a case has steps").0;
    std::fs::write(path, format!("{head}{text}")).expect("writable");
    true
}

#[test]
fn the_book_keeps_its_rules() {
    let key = ServerKey([7; 32]);
    for (path, case) in all() {
        let mut book = Book::default();
        let policy = case.policy();
        let (steps, state) =
            case.play(&mut |now, fresh, command| book.handle(now, fresh, &key, &policy, command));
        let (came, wanted) = (print(&steps, &state), print(&case.wanted().0, &case.wanted().1));
        if came != wanted && !accept(&path, &came) {
            panic!("{}\n--- came\n{came}--- wanted\n{wanted}", path.display());
        }
    }
}
