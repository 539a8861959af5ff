//! The report that a newcomer sees first: the built-in scenarios, as they run.

use std::time::Duration;

use provoke::io::runner::{self, Silent};
use provoke::report::Options;
use provoke::verdict::{Run, World};

use super::{render, snapshot};
use crate::worlds::plans;

/// Lines of a screen that shows all of the seed.
const SCREEN: usize = 40;

/// All built-in scenarios in the simulated world, without what the clock said.
fn run() -> Run {
    let options = runner::Options { worlds: vec![World::Sim], ..runner::Options::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (mut run, _) = runtime.block_on(runner::run(&plans(), &options, &Silent));
    run.wall = Duration::ZERO;
    run.cases.iter_mut().for_each(|case| case.wall = Duration::ZERO);
    run
}

#[test]
fn a_newcomer_sees_the_seed_on_one_screen() {
    let run = run();
    let text = render("terminal", &run, &Options { width: 100, ..Options::default() });
    snapshot("built-in.terminal", &text);
    let screen: String = text.lines().take(SCREEN).map(|line| format!("{line}\n")).collect();
    let told = ["fix  ", "blame ", "seen  "].map(|label| screen.matches(label).count());
    assert!(told.into_iter().all(|count| count == 4), "{told:?}: {screen}");
    for shown in [
        "HTTP 200, content-type text/event-stream; charset=utf-8, 0 bytes",
        r#"body: {"code":402,"msg":"Insufficient credits"}"#,
        r#"body: {"error":{"message":"`tool calling` is not supported"#,
        "0 models; its key comes from env:BRAVE_API_KEY",
        "minimax/MiniMax-M2.7 answered in its place (seed.credits)",
        "minimax/MiniMax-M2.7 answered in its place (seed.subagent)",
    ] {
        assert!(screen.contains(shown), "{shown}: {screen}");
    }
}

#[test]
fn no_line_of_the_first_report_is_wider_than_the_screen() {
    let run = run();
    for (width, verbose) in [(80, false), (80, true), (100, false), (120, true), (200, false)] {
        for line in render("terminal", &run, &Options { width, verbose, colour: false }).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}
