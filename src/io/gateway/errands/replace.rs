//! Files that are read whole within a bound, and replaced whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::FILE_MAX;

/// The bytes of a file; `None`: there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    // Looked at before it is opened: a pipe would be waited on for ever.
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(known) if !known.is_file() => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file"));
        }
        Ok(_) => {}
    }
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    file.take(FILE_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_MAX {
        let message = format!("it is larger than {} MiB", FILE_MAX >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(Some(bytes))
}

/// The same for a file that must lie in a folder, wherever links lead.
pub(super) fn read_within(folder: &Path, path: &Path) -> io::Result<Option<Vec<u8>>> {
    let real = match fs::canonicalize(path) {
        // A dangling link is no missing file.
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => {
            return Ok(None);
        }
        real => real?,
    };
    if !real.starts_with(fs::canonicalize(folder)?) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "a link leads out of the state folder"));
    }
    read(&real)
}

/// The name of a file's backup.
pub(super) fn backup(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".bak");
    path.with_file_name(name)
}

/// Writes a file that nobody else may read: beside it first, made safe, then renamed over it. A
/// config that is a link stays one.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    // What lies there is left over from a crash, or a trap.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            File::open(folder)?.sync_all()
        });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
