//! The client's end of a gateway's socket, and the files that it keeps.

mod dial;
mod identity;
mod link;

pub use identity::{Identity, local_pairing};
pub use link::{Happening, Link, fresh_uuid, scratch_key};

/// The platform, as Node names it.
#[must_use]
pub const fn platform() -> &'static str {
    match std::env::consts::OS.as_bytes() {
        b"macos" => "darwin",
        b"windows" => "win32",
        _ => std::env::consts::OS,
    }
}
