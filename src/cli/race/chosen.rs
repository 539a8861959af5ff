//! The races that the arguments name.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::error::{CliError, Exit};
use super::super::select::{builtin_races, from_disk, holds_race, is_yaml, read_text, usage};
use crate::problem::{Problem, nearest};
use crate::scenario::Source;
use crate::scenario::race::{self, Race};
use crate::simulation::interleave;

/// The races that the arguments name, each once; all built-in ones where there are none.
pub(super) fn races(names: &[String]) -> Result<Vec<Race>, CliError> {
    let mut builtin = builtin_races()?;
    if names.is_empty() {
        // What this tool began with comes first.
        builtin.sort_by_key(|race| !race.tags.iter().any(|tag| tag == "seed"));
        return Ok(builtin);
    }
    let mut races: Vec<Race> = Vec::new();
    for name in names {
        let path = Path::new(name);
        let found = if path.exists() || is_yaml(path) { on_disk(path)? } else { by_name(name, &builtin)? };
        for race in found {
            if races.iter().all(|known| known.file != race.file) {
                races.push(race);
            }
        }
    }
    unique(&races)?;
    Ok(races)
}

/// Ids are unique among what is selected.
fn unique(races: &[Race]) -> Result<(), CliError> {
    let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for race in races {
        if let Some(other) = ids.insert(&race.id, &race.file) {
            let message = format!("`{}` is the id of {other} too", race.id);
            problems.push(Problem::new(message).in_file(&race.file).hint("ids are unique"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(usage(problems)) }
}

/// The race of a file, or those below a folder.
fn on_disk(path: &Path) -> Result<Vec<Race>, CliError> {
    let mut files = from_disk(path)?;
    if path.is_dir() {
        files.retain(|file| holds_race(file));
        if files.is_empty() {
            let problem = Problem::new(format!("{} holds no race", path.display()));
            return Err(CliError::new(
                Exit::NothingSelected,
                problem.hint("races are .yaml files with actors"),
            ));
        }
    }
    let (mut races, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match from_file(&file) {
            Ok(race) => races.push(race),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() { Ok(races) } else { Err(usage(problems)) }
}

fn from_file(path: &Path) -> Result<Race, Vec<Problem>> {
    let text = read_text(path).map_err(|problem| vec![problem])?;
    let file = path.to_string_lossy().into_owned();
    if text.lines().any(|line| line.starts_with("targets:") || line.starts_with("matrix:")) {
        let problem = Problem::new("this is a scenario of providers, and no race").in_file(&file);
        return Err(vec![problem.hint(format!("`provoke run {file}` judges it"))]);
    }
    race::read(&Source { file, text, beside: BTreeMap::new() }, &interleave::known())
}

/// Built-in races by id, or by the beginning of their ids.
fn by_name(name: &str, builtin: &[Race]) -> Result<Vec<Race>, CliError> {
    let prefix = format!("{}.", name.trim_end_matches('.'));
    let wanted = |race: &&Race| race.id == name || race.id.starts_with(&prefix);
    let found: Vec<Race> = builtin.iter().filter(wanted).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let problem = Problem::new(format!("no race is called `{name}`"));
    let hint = match nearest(name, builtin.iter().map(|race| race.id.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`provoke list scenarios` shows all; a file must exist to be played".to_owned(),
    };
    Err(CliError::new(Exit::NothingSelected, problem.hint(hint)))
}
