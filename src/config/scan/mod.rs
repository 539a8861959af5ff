//! A reader of JSON5 that stands in front of the parser: it bounds what the
//! parser is given (which has no depth limit), says where everything stands,
//! and names the one bracket that is not closed.

mod cursor;
mod places;
mod token;
mod tree;

pub use cursor::Position;
pub use places::{NodeId, PATH_MAX, Places, Segment};

use crate::problem::Problem;
use token::Fault;
use tree::Expect;

/// The deepest nesting: an `openclaw.json` needs about ten levels.
pub const DEPTH_MAX: usize = 128;

/// The largest document, in bytes.
pub const BYTES_MAX: usize = 4 * 1024 * 1024;

/// The most values in a document.
pub const VALUES_MAX: usize = 200_000;

/// The most problems that are told of one document.
pub const PROBLEMS_MAX: usize = 200;

/// A document that was read to its end.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// Where everything stands.
    pub places: Places,
    /// Keys that are written twice.
    pub problems: Vec<Problem>,
}

/// Reads a JSON5 text in linear time and without recursion.
///
/// It refuses exactly what the parser refuses, with two exceptions: it lets
/// any character beyond ASCII stand in a bare word, and it refuses the keys
/// that the parser reserves for itself.
///
/// # Errors
/// The first fault of the text, with its place in `file`.
pub fn scan(text: &str, file: &str) -> Result<Scanned, Problem> {
    if text.len() > BYTES_MAX {
        let message = format!("{} bytes; at most {BYTES_MAX} are read", text.len());
        return Err(Problem::new(message).in_file(file));
    }
    let (walk, result) = tree::walk(text);
    result.map_err(|fault| problem(fault, file))?;
    let problems = walk
        .repeated
        .iter()
        .take(PROBLEMS_MAX)
        .map(|(first, second)| repeated(&walk.places, *first, *second, file));
    let problems = problems.collect();
    Ok(Scanned { places: walk.places, problems })
}

/// Closes what a text left open, where that is all that is wrong with it.
///
/// The problems say what was added, or why nothing was. A text whose
/// indentation shows that a closer is missing in its middle is left as it is:
/// closing it at the end would nest things wrongly.
#[must_use]
pub fn repair(text: &str, file: &str) -> (String, Vec<Problem>) {
    let Err(problem) = scan(text, file) else { return (text.to_owned(), Vec::new()) };
    if text.len() > BYTES_MAX {
        return (text.to_owned(), vec![problem]);
    }
    let (walk, _) = tree::walk(text);
    let between = matches!(walk.expect, Expect::CommaOrClose | Expect::KeyOrClose | Expect::ValueOrClose);
    if !between || walk.open.is_empty() || walk.suspect.is_some() {
        return (text.to_owned(), vec![problem]);
    }
    let closers = walk.closers();
    // A last line that is a comment would swallow the closers.
    let repaired = [format!("{text}{closers}"), format!("{text}\n{closers}")];
    match repaired.into_iter().find(|repaired| scan(repaired, file).is_ok()) {
        Some(repaired) => {
            let note = Problem::new(format!("{}; read as if it ended in `{closers}`", problem.message));
            (repaired, vec![Problem { hint: problem.hint, ..note.at(problem.place) }])
        }
        None => (text.to_owned(), vec![problem]),
    }
}

fn problem(fault: Fault, file: &str) -> Problem {
    Problem { message: fault.message, place: fault.at.place(file, None), hint: fault.hint }
}

fn repeated(places: &Places, first: NodeId, second: NodeId, file: &str) -> Problem {
    let at = |node| places.key_position(node).unwrap_or_else(|| places.value_position(node));
    let before = at(first);
    Problem::new(format!("this key stands already at line {}, column {}", before.line, before.column))
        .at(at(second).place(file, Some(places.path(second))))
        .hint("the last one counts; remove the other")
}
