//! Pairing races: the form, the races that are shipped, the invariants, the policies, the explorer.

mod any;
mod form;
mod matrix;
mod orders;

use provoke::scenario::Source;
use provoke::scenario::race::{self, Race};
use provoke::simulation::interleave;

/// The races that are shipped.
fn shipped() -> Vec<Race> {
    let known = interleave::known();
    let read = |source: &Source| {
        race::read(source, &known).unwrap_or_else(|problems| {
            panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        })
    };
    Source::races().iter().map(read).collect()
}
