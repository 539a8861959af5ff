//! Files: scenarios and mocks from folders, reports and cassettes to disk.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::fresh::fresh;

/// The largest file that is read, in bytes.
const FILE_MAX: u64 = 16 << 20;
/// The most files that one folder may give.
const FILES_MAX: usize = 10_000;
/// How deep folders are searched.
const DEPTH_MAX: usize = 16;

/// Reads a file within a bound.
///
/// # Errors
/// When it cannot be read, or is too large.
pub fn read(path: &Path) -> io::Result<Bytes> {
    let file = fs::File::open(path)?;
    let mut bytes = Vec::new();
    file.take(FILE_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_MAX {
        let message = format!("the file is larger than {} MiB", FILE_MAX >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(Bytes::from(bytes))
}

/// The same for a path that must mean a plain file: a pipe would be waited on for ever.
///
/// # Errors
/// As [`read`], and when it is something else.
pub fn read_plain(path: &Path) -> io::Result<Bytes> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file"));
    }
    read(path)
}

/// Every file below a folder, sorted by path, each with its path relative to it. Hidden folders,
/// links to folders, pipes and sockets are left aside.
///
/// # Errors
/// When a folder cannot be read, or there is too much of it.
pub fn walk(root: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![(root.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            if path.is_dir() {
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                // A link may lead back up.
                if hidden || entry.file_type()?.is_symlink() {
                    continue;
                }
                if depth >= DEPTH_MAX {
                    return Err(io::Error::other(format!("{} is nested too deep", path.display())));
                }
                folders.push((path, depth + 1));
                continue;
            }
            // A pipe or a socket would be waited on for ever; a dangling link is told when it is read.
            if path.exists() && !path.is_file() {
                continue;
            }
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push((relative, path));
            if found.len() > FILES_MAX {
                return Err(io::Error::other(format!(
                    "{} holds more than {FILES_MAX} files",
                    root.display()
                )));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The names of the files in a folder, sorted, at most so many as one folder may give.
#[must_use]
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().take(FILES_MAX).flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The file that a path means, whatever it is called by.
#[must_use]
pub fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Writes a file whole or not at all: beside it first, then renamed over it. A link is followed; a
/// device or a pipe is written as it is, for a file must not take its place.
///
/// # Errors
/// When the folder cannot be made or written.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = identity(path);
    let path = target.as_path();
    if fs::metadata(path).is_ok_and(|known| !known.is_file()) {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let beside = beside(path);
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Writes a file that only its owner may read, whole or not at all and down to the disk. A link is followed.
///
/// # Errors
/// When the folder cannot be made or written.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = identity(path);
    let beside = private_beside(&path, bytes)?;
    let renamed = fs::rename(&beside, &path).and_then(|()| fs::File::open(folder_of(&path))?.sync_all());
    renamed.inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// Makes a file that only its owner may read, unless there is one: that one stays.
///
/// # Errors
/// When the folder cannot be made or written.
pub fn create_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = private_beside(path, bytes)?;
    let linked = fs::hard_link(&beside, path);
    fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        done => done,
    }
}

/// A new file beside another, which only its owner may read. Nobody can foresee its name and lay a trap there.
fn private_beside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true);
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", fresh()?.uuid()));
    let beside = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    folder.create(folder_of(path))?;
    let mut file = options.open(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.inspect_err(|_| drop(fs::remove_file(&beside)))?;
    Ok(beside)
}

/// The folder that a file stands in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Whether [`write`] could write there, found out without changing anything.
///
/// # Errors
/// Why it could not.
pub fn writable(path: &Path) -> io::Result<()> {
    let target = identity(path);
    if let Ok(known) = fs::metadata(&target)
        && !known.is_file()
    {
        return fs::OpenOptions::new().write(true).open(&target).map(drop);
    }
    let mut folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // What is missing will be made: the nearest folder that exists must take it.
    while !folder.exists()
        && let Some(above) = folder.parent()
    {
        folder = if above.as_os_str().is_empty() { Path::new(".") } else { above };
    }
    let probe = beside(&folder.join(target.file_name().unwrap_or_default()));
    fs::File::create(&probe).map(drop)?;
    fs::remove_file(&probe)
}

/// The name under which a file grows until it is whole.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}
