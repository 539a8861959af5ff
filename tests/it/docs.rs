//! What the README shows is what the program does.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "documents are files")]

use provoke::mock::Library;
use provoke::scenario::{Source, compile, read};

fn text(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The fenced blocks of a language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = document.split(&fence).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_sample_output_is_real() {
    let (readme, real) = (text("README.md"), text("snapshots/reports.built-in.terminal.snap"));
    let sample = blocks(&readme, "text");
    assert_eq!(sample.len(), 1);
    // The snapshot is of one world, so the matrix and the last line have other columns there.
    let lines = sample[0].lines().filter(|line| !line.contains('✓') && !line.contains(" sim "));
    let mut looked = 0;
    for line in lines.filter(|line| !line.trim().is_empty() && !line.contains("verdict   pass")) {
        assert!(real.contains(line), "README shows what the program does not say: {line}");
        looked += 1;
    }
    assert!(looked > 20, "the sample has only {looked} lines");
    for row in sample[0].lines().filter(|line| line.contains('✓')) {
        let told = row.split('✓').next().unwrap().trim_end();
        assert!(real.contains(told), "README shows a row that the program does not: {told}");
    }
}

#[test]
fn the_sample_of_a_race_is_real() {
    let (readme, real) = (text("README.md"), text("snapshots/race-report.seed.terminal-80.snap"));
    let samples = blocks(&readme, "console");
    let sample = samples.iter().find(|sample| sample.contains("provoke race")).unwrap();
    let (_, shown) = sample.split_once('\n').unwrap();
    assert!(shown.lines().count() > 10 && real.contains(shown.trim_end()), "{shown}");
}

#[test]
fn the_sample_scenario_compiles() {
    let scenarios = blocks(&text("README.md"), "yaml");
    assert_eq!(scenarios.len(), 1);
    let source = Source { file: "README.md".to_owned(), text: scenarios[0].clone(), ..Source::default() };
    let file = read(&source).unwrap();
    compile(&file, &source, &Library::builtin().unwrap()).unwrap();
}

#[test]
fn the_two_commands_are_those_that_ci_runs() {
    let (readme, ci) = (text("README.md"), text(".ci/run"));
    let commands = blocks(&readme, "sh");
    assert_eq!(commands, ["cargo run --release -- run\n", "cargo test\n"]);
    for command in commands {
        assert!(ci.contains(command.trim()), "CI does not run: {command}");
    }
}
