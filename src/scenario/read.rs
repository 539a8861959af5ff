//! From a file's text to its typed form, with every problem in its place.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::builtin::FILES;
use super::race::is_race;
use super::schema::File;
use crate::problem::Problem;
use crate::scalar::read_yaml;

/// A scenario file with the files that stand beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The file as the user can open it.
    pub file: String,
    /// Its text.
    pub text: String,
    /// Files that it may name, by their name relative to it.
    pub beside: BTreeMap<String, String>,
}

impl Source {
    /// The scenarios compiled into the binary, by their paths, each with the files beside it. Races are
    /// not among them: see [`Source::races`].
    #[must_use]
    pub fn builtin() -> Vec<Self> {
        Self::all().into_iter().filter(|source| !is_race(&source.text)).collect()
    }

    /// The races compiled into the binary, by their paths.
    #[must_use]
    pub fn races() -> Vec<Self> {
        Self::all().into_iter().filter(|source| is_race(&source.text)).collect()
    }

    fn all() -> Vec<Self> {
        let folder_of = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let text_of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (scenarios, others): (Vec<_>, Vec<_>) =
            FILES.iter().partition(|(path, _)| path.ends_with(".yaml"));
        let sources = scenarios.into_iter().map(|(path, bytes)| {
            let neighbours = others.iter().filter(|(other, _)| folder_of(other) == folder_of(path));
            let beside = neighbours.map(|(other, bytes)| {
                let name = other.rsplit('/').next().unwrap_or(other);
                (name.to_owned(), text_of(bytes))
            });
            Self { file: format!("scenarios/{path}"), text: text_of(bytes), beside: beside.collect() }
        });
        sources.collect()
    }
}

/// Reads a scenario file.
///
/// # Errors
/// One problem, with file, line, column and the nearest valid key.
pub fn read(source: &Source) -> Result<File, Problem> {
    let file: File = read_yaml(&source.text, &source.file)?;
    well_formed(source, &file.id)?;
    Ok(file)
}

/// Whether an id is one.
///
/// # Errors
/// Where it is not, in its place.
pub(super) fn well_formed(source: &Source, id: &Spanned<String>) -> Result<(), Problem> {
    let word = &id.value;
    let good = word.contains('.')
        && word.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        });
    if good {
        return Ok(());
    }
    Err(Problem::new(format!("`{}` is no scenario id", word.escape_debug()))
        .at(super::compile::place(source, id))
        .hint("ids are lower-case and dotted, such as `stream.empty-body`"))
}
