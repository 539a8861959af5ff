//! The dialects: real recordings, translations, errors, streams and round trips.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod amazon;
mod any;
mod completions;
mod errors;
mod invoke;
mod recodings;
mod recordings;
mod registry;
mod round_trips;
mod streams;
mod support;
mod totality;
mod translations;
mod views;
