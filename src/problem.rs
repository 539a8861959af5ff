//! What was understood only in part: a message, a place and a hint.

use std::fmt;

/// Something in an input that was not understood, although the rest was.
///
/// Readers are total: they return what they understood plus a list of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, as a sentence fragment in lower case.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
}

/// Where in an input: whatever of file, line, column, byte and path is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The file as the user named it.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// Offset in bytes, from 0.
    pub byte: Option<u64>,
    /// A path inside the document, such as `models.providers.minimax.api`.
    pub path: Option<String>,
}

impl Problem {
    /// A problem without a known place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: Place::default(), hint: None }
    }

    /// The same problem at a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same problem with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem, in `file`.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.place.file = Some(file.to_owned());
        self
    }
}

impl Place {
    /// A place inside a document, by path.
    #[must_use]
    pub fn path(path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    /// A place by byte offset.
    #[must_use]
    pub fn byte(offset: u64) -> Self {
        Self { byte: Some(offset), ..Self::default() }
    }

    /// A place by line and column, both from 1.
    #[must_use]
    pub fn line(line: u32, column: u32) -> Self {
        Self { line: Some(line), column: Some(column), ..Self::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match (&self.file, self.line, self.column) {
            (Some(file), Some(line), Some(column)) => parts.push(format!("{file}:{line}:{column}")),
            (Some(file), Some(line), None) => parts.push(format!("{file}:{line}")),
            (Some(file), None, _) => parts.push(file.clone()),
            (None, Some(line), Some(column)) => parts.push(format!("line {line}, column {column}")),
            (None, Some(line), None) => parts.push(format!("line {line}")),
            (None, None, _) => {}
        }
        if let (Some(byte), None) = (self.byte, self.line) {
            parts.push(format!("byte {byte}"));
        }
        if let Some(path) = &self.path {
            parts.push(path.clone());
        }
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  help: {hint}")?;
        }
        Ok(())
    }
}

/// The candidate nearest to `word`, if one is near enough to be a typo of it.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1) + 1;
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap of neighbours) from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_like_a_compiler_message() {
        let place = Place { file: Some("a.yaml".into()), ..Place::line(3, 5) };
        let problem = Problem::new("unknown key `expcet`").at(place).hint("did you mean `expect`?");
        assert_eq!(problem.to_string(), "a.yaml:3:5: unknown key `expcet`\n  help: did you mean `expect`?");
        assert_eq!(Problem::new("x").at(Place::byte(9)).to_string(), "byte 9: x");
    }

    #[test]
    fn the_nearest_key_is_found_and_a_stranger_is_not() {
        assert_eq!(nearest("expcet", ["expect", "about"]), Some("expect"));
        assert_eq!(nearest("zzzzzz", ["expect", "about"]), None);
    }
}
