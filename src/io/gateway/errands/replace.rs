//! Which files may be read for a caller, and where the old one is kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::io::files;

/// The bytes of a file; `None`: there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match files::read_plain(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(|bytes| Some(bytes.into())),
    }
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
