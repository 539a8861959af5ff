//! What goes wrong on our side, and the exit codes.

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use crate::io::words;
use crate::problem::Problem;
use crate::report::text::shown;

/// The exit codes; this is the only table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything declared happened.
    Pass = 0,
    /// A check failed.
    Fail = 1,
    /// The command, a scenario or a configuration is wrong.
    Usage = 2,
    /// We could not run: environment, port, file.
    CouldNotRun = 3,
    /// Nothing was selected.
    NothingSelected = 4,
    /// Interrupted by ^C.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Our inability to work, with its exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    /// The code.
    pub exit: Exit,
    /// What is wrong, where, and what next.
    pub problems: Vec<Problem>,
}

impl CliError {
    pub(super) fn new(exit: Exit, problem: Problem) -> Self {
        Self { exit, problems: vec![problem] }
    }

    /// The same error of a verb that OpenClaw has too, with OpenClaw's code.
    pub(super) fn failing(mut self) -> Self {
        self.exit = Exit::Fail;
        self
    }

    /// A file or socket that the system refuses.
    pub(super) fn system(what: impl fmt::Display, error: &std::io::Error, hint: &str) -> Self {
        Self::new(Exit::CouldNotRun, Problem::new(format!("{what}: {}", words(error))).hint(hint))
    }
}

/// Writes a line to stderr; that nobody reads it is no error of ours.
pub(super) fn tell(line: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            // What it quotes came from a file or a gateway. Lines stay, and nothing else in it acts.
            for (place, line) in format!("error: {problem}").lines().enumerate() {
                if place > 0 {
                    writeln!(f)?;
                }
                f.write_str(&shown(line))?;
            }
        }
        Ok(())
    }
}
