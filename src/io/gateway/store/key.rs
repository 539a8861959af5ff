//! The server key: 32 random bytes in `provoke.key`, readable by their owner alone.

use crate::gateway::pairing::ServerKey;

use super::Error;
use super::disk::Disk;

/// The file of the key.
const KEY: &str = "provoke.key";
/// While it is made.
const KEY_TMP: &str = "provoke.key.tmp";

/// The key of a folder. It is made where there is none, unless tokens already follow from one.
///
/// # Errors
/// When it cannot be read or made, or is no key.
pub(super) fn of(disk: &mut dyn Disk, is_used: bool) -> Result<ServerKey, Error> {
    let strange = |disk: &dyn Disk, what| Error::Strange { path: disk.path().join(KEY), what };
    if let Some((bytes, _)) = disk.read(KEY)? {
        let key = bytes.try_into().map_err(|_| strange(disk, "must hold 32 bytes; restore it"))?;
        return Ok(ServerKey(key));
    }
    if is_used {
        return Err(strange(disk, "is missing, and device tokens follow from it: restore it from a backup"));
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|_| strange(disk, "cannot be made: the system gives no randomness"))?;
    let key = ServerKey(key);
    put(disk, &key)?;
    Ok(key)
}

/// Puts a key into a folder.
///
/// # Errors
/// When the system says no.
pub(super) fn put(disk: &mut dyn Disk, key: &ServerKey) -> Result<(), Error> {
    disk.write(KEY_TMP, &key.0)?;
    disk.rename(KEY_TMP, KEY)?;
    disk.sync()
}
