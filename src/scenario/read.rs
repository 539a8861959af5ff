//! From a file's text to its typed form, with every problem in its place.

use std::collections::BTreeMap;

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

/// Reads a scenario file.
///
/// # Errors
/// One problem, with file, line, column and the nearest valid key.
pub fn read(source: &Source) -> Result<File, Problem> {
    let file: File = read_yaml(&source.text, &source.file)?;
    let id = &file.id.value;
    let well_formed = id.contains('.')
        && id.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        });
    if !well_formed {
        return Err(Problem::new(format!("`{id}` is no scenario id"))
            .at(super::compile::place(source, &file.id))
            .hint("ids are lower-case and dotted, such as `stream.empty-body`"));
    }
    Ok(file)
}
