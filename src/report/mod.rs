//! Reports: a [`Run`] as bytes, for people and for machines.
//!
//! Reports decide nothing: every verdict, cause and blame in them was found
//! before. They are pure, so the same run gives the same bytes. A new format is
//! one file here and one line in `ALL`.

mod html;
pub mod json;
mod junit;
pub mod live;
pub mod race;
mod telling;
mod terminal;
pub(crate) mod text;
mod words;

use std::collections::BTreeMap;

use crate::recording::Trace;
use crate::verdict::Run;

pub use html::heat_map::{Heat, HeatCell, HeatMap, HeatRow};
pub use terminal::proof as terminal_proof;

/// One format of a report.
pub trait Renderer: Sync {
    /// The name it is asked for by, such as `junit`.
    fn id(&self) -> &'static str;

    /// One sentence that says whom it serves.
    fn about(&self) -> &'static str;

    /// What is told in this format, whole and ending in a newline.
    fn render(&self, told: &Told<'_>, options: &Options) -> Vec<u8>;

    /// Whether it draws: whether it is worth computing traces for it.
    fn draws(&self) -> bool {
        false
    }
}

/// What a report tells: the run, and for formats that draw, what pictures are made of.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The run.
    pub run: &'a Run,
    /// What crossed the wire, by the id of the case; cases may lack.
    pub traces: &'a BTreeMap<String, Trace>,
    /// Tables whose cells have a state each, in the order in which they are shown.
    pub maps: &'a [HeatMap],
}

impl<'a> From<&'a Run> for Told<'a> {
    /// The run alone, without pictures.
    fn from(run: &'a Run) -> Self {
        static NO_TRACES: BTreeMap<String, Trace> = BTreeMap::new();
        Self { run, traces: &NO_TRACES, maps: &[] }
    }
}

/// What a reader's screen can show and how much they want to see.
///
/// The machine formats take no notice of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether ANSI colours may be written.
    pub colour: bool,
    /// Columns of the screen; what is outside 80 to 200 counts as the nearer of the two.
    pub width: usize,
    /// Everything, without the limits that keep a report on one screen.
    pub verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { colour: false, width: terminal::WIDTH_MIN, verbose: false }
    }
}

/// Every format, the one for people first.
static ALL: [&dyn Renderer; 4] = [&terminal::Terminal, &json::Json, &junit::Junit, &html::Html];

/// Every format, the one for people first.
#[must_use]
pub fn all() -> &'static [&'static dyn Renderer] {
    &ALL
}

/// The format of that name.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static dyn Renderer> {
    ALL.into_iter().find(|renderer| renderer.id() == id)
}
