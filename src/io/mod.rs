//! The world: sockets, clocks, files. Everything here may wait; nothing here decides.

pub mod client;
pub mod clock;
pub mod files;
pub mod fresh;
pub mod gateway;
pub mod mock;
pub mod race;
pub mod router;
pub mod runner;

/// The system's reason, without its number.
#[must_use]
pub fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
