//! From names, files and folders on the command line to compiled scenarios.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::error::{CliError, Exit};
use crate::io::{files, words};
use crate::mock::Library;
use crate::problem::{Place, Problem, nearest};
use crate::scenario::race::{self, Race};
use crate::scenario::{Plan, Source, compile, read};
use crate::simulation::interleave;

/// The mocks at hand: the built-in ones, and those of a folder over them.
pub(super) fn library(folder: Option<&Path>) -> Result<Library, CliError> {
    let builtin = Library::builtin().map_err(usage)?;
    let Some(folder) = folder else { return Ok(builtin) };
    let found = files::walk(folder).map_err(|error| {
        CliError::system(
            format!("cannot read the mocks in {}", folder.display()),
            &error,
            "give --mocks a folder",
        )
    })?;
    let mut own = Vec::new();
    for (relative, path) in found {
        own.push((relative, read_file(&path)?));
    }
    let own = Library::from_files(own).map_err(|problems| usage(in_folder(problems, folder)))?;
    Ok(builtin.with(own))
}

/// The library names files as the built-in ones are named; the user's stand elsewhere.
fn in_folder(mut problems: Vec<Problem>, folder: &Path) -> Vec<Problem> {
    for file in problems.iter_mut().filter_map(|problem| problem.place.file.as_mut()) {
        if let Some(inside) = file.strip_prefix("mocks/") {
            *file = folder.join(inside).to_string_lossy().into_owned();
        }
    }
    problems
}

/// The scenarios that the arguments name; all built-in ones when there are none.
pub(super) fn scenarios(names: &[String], library: &Library) -> Result<Vec<Arc<Plan>>, CliError> {
    let mut found = Vec::new();
    if names.is_empty() {
        found = Source::builtin().into_iter().map(Found::BuiltIn).collect();
    }
    for name in names {
        let path = Path::new(name);
        if path.is_dir() {
            found.extend(from_disk(path)?.into_iter().filter(|file| !holds_race(file)).map(Found::OnDisk));
        } else if path.exists() || is_yaml(path) {
            found.extend(from_disk(path)?.into_iter().map(Found::OnDisk));
        } else {
            found.extend(by_name(name)?.into_iter().map(Found::BuiltIn));
        }
    }
    let mut plans = Vec::new();
    let mut problems = Vec::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for one in found {
        // One file by two names is one scenario.
        if !seen.insert(one.identity()) {
            continue;
        }
        let origin = one.origin();
        match one.plan(library) {
            Ok(plan) => {
                if let Some(other) = ids.insert(plan.id.clone(), origin) {
                    let message = format!("`{}` is the id of {other} too", plan.id);
                    problems.push(Problem::new(message).in_file(&plan.file).hint("ids are unique"));
                }
                plans.push(Arc::new(plan));
            }
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() { Ok(plans) } else { Err(usage(problems)) }
}

/// A scenario that the arguments name.
enum Found {
    BuiltIn(Source),
    OnDisk(PathBuf),
}

impl Found {
    /// In words.
    fn origin(&self) -> String {
        match self {
            Self::BuiltIn(source) => format!("the built-in {}", source.file),
            Self::OnDisk(path) => path.display().to_string(),
        }
    }

    fn identity(&self) -> PathBuf {
        match self {
            Self::BuiltIn(source) => PathBuf::from(&source.file),
            Self::OnDisk(path) => files::identity(path),
        }
    }

    /// Reads and compiles it.
    fn plan(self, library: &Library) -> Result<Plan, Vec<Problem>> {
        let alone = |problem| vec![problem];
        match self {
            Self::BuiltIn(source) => compile(&read(&source).map_err(alone)?, &source, library),
            Self::OnDisk(path) => {
                let text = read_text(&path).map_err(alone)?;
                let file = path.to_string_lossy().into_owned();
                if race::is_race(&text) {
                    return Err(alone(is_a_race(&file, &file)));
                }
                let mut source = Source { file, text, beside: BTreeMap::new() };
                let scenario = read(&source).map_err(alone)?;
                if let Some(config) = &scenario.config {
                    source.beside = beside(&parent(&path), &config.value).map_err(alone)?;
                }
                compile(&scenario, &source, library)
            }
        }
    }
}

/// The file that a scenario names beside it; where there is none, what else has a like name.
fn beside(folder: &Path, name: &str) -> Result<BTreeMap<String, String>, Problem> {
    let path = folder.join(name);
    let stays = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if stays && path.is_file() {
        return Ok(BTreeMap::from([(name.to_owned(), read_text(&path)?)]));
    }
    let like = |other: &String| Path::new(other).extension() == Path::new(name).extension() && other != name;
    Ok(files::names(folder).into_iter().filter(like).map(|other| (other, String::new())).collect())
}

/// Built-in scenarios by id, or by the beginning of their ids.
fn by_name(name: &str) -> Result<Vec<Source>, CliError> {
    let all = Source::builtin();
    let ids: Vec<String> = all.iter().map(|source| id_of(source).unwrap_or_default()).collect();
    let prefix = format!("{}.", name.trim_end_matches('.'));
    let chosen: Vec<Source> = all
        .into_iter()
        .zip(&ids)
        .filter(|(_, id)| *id == name || id.starts_with(&prefix))
        .map(|(source, _)| source)
        .collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let races = builtin_races()?;
    if let Some(race) = races.iter().find(|race| race.id == name || race.id.starts_with(&prefix)) {
        return Err(CliError::new(Exit::Usage, is_a_race(name, &race.file)));
    }
    let problem = Problem::new(format!("no scenario is called `{name}`"));
    let problem = match nearest(name, ids.iter().map(String::as_str)) {
        Some(near) => problem.hint(format!("did you mean `{near}`? (`provoke list scenarios` shows all)")),
        None => problem.hint("`provoke list scenarios` shows all; a file must exist to be run"),
    };
    Err(CliError::new(Exit::NothingSelected, problem))
}

/// The races that are compiled into the binary.
pub(super) fn builtin_races() -> Result<Vec<Race>, CliError> {
    let known = interleave::known();
    let read = |source: &Source| race::read(source, &known).map_err(usage);
    Source::races().iter().map(read).collect()
}

/// Whether a file found below a folder is for `provoke race`. One that cannot be read is nobody's, and
/// is told of when it is read for good.
pub(super) fn holds_race(path: &Path) -> bool {
    read_text(path).is_ok_and(|text| race::is_race(&text))
}

fn is_a_race(name: &str, file: &str) -> Problem {
    let problem = Problem::new("this is a race: actors, and no providers").in_file(file);
    problem.hint(format!("`provoke race {name}` tries its orders"))
}

fn id_of(source: &Source) -> Option<String> {
    read(source).ok().map(|file| file.id.value)
}

/// The scenario files of a path: itself, or those below it.
pub(super) fn from_disk(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if !path.exists() {
        let problem = Problem::new(format!("there is no file {}", path.display()));
        return Err(CliError::new(
            Exit::Usage,
            problem.hint("give a file, a folder or the name of a built-in scenario"),
        ));
    }
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let below = files::walk(path).map_err(|error| {
        CliError::system(format!("cannot read {}", path.display()), &error, "check its permissions")
    })?;
    let wanted: Vec<PathBuf> = below.into_iter().map(|(_, file)| file).filter(|file| is_yaml(file)).collect();
    if wanted.is_empty() {
        let problem = Problem::new(format!("{} holds no scenario", path.display()));
        return Err(CliError::new(Exit::NothingSelected, problem.hint("scenarios are .yaml files")));
    }
    Ok(wanted)
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// The text of a file that a user wrote.
pub(super) fn read_text(path: &Path) -> Result<String, Problem> {
    let file = path.to_string_lossy();
    let bytes = files::read(path)
        .map_err(|error| Problem::new(format!("cannot be read: {}", words(&error))).in_file(&file))?;
    let error = match std::str::from_utf8(&bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error,
    };
    let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let place = Place::line(line.try_into().unwrap_or(u32::MAX), column.try_into().unwrap_or(u32::MAX));
    let hint = match &bytes[..] {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16: save it as UTF-8",
        _ => "save it as UTF-8",
    };
    Err(Problem::new("the file is not UTF-8").at(place).in_file(&file).hint(hint))
}

fn read_file(path: &Path) -> Result<bytes::Bytes, CliError> {
    files::read(path).map_err(|error| {
        CliError::system(format!("cannot read {}", path.display()), &error, "check the file")
    })
}

pub(super) fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

pub(super) fn usage(problems: Vec<Problem>) -> CliError {
    CliError { exit: Exit::Usage, problems }
}
