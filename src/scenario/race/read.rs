//! From a race file's text to a race.

use super::Race;
use super::compile::{Known, compile};
use super::schema::File;
use crate::problem::Problem;
use crate::scalar::read_yaml;
use crate::scenario::read::{Source, well_formed};

/// Whether a file tells of a race: what actors do, rather than what providers do.
#[must_use]
pub fn is_race(text: &str) -> bool {
    let key = |line: &str| line.starts_with("actors:") || line.starts_with("\"actors\":");
    text.lines().any(key)
}

/// Reads a race file.
///
/// # Errors
/// Every problem found, each with file, line and column.
pub fn read(source: &Source, known: &Known) -> Result<Race, Vec<Problem>> {
    let file: File = read_yaml(&source.text, &source.file).map_err(|problem| vec![problem])?;
    well_formed(source, &file.id).map_err(|problem| vec![problem])?;
    compile(&file, source, known)
}
