//! Reports: a [`Run`] as bytes, for people and for machines.
//!
//! Reports decide nothing: every verdict, cause and blame in them was found
//! before. They are pure, so the same run gives the same bytes. A new format is
//! one file here and one line in `ALL`.

pub mod json;
mod junit;
mod telling;
mod terminal;
mod text;

use crate::verdict::Run;

/// One format of a report.
pub trait Renderer: Sync {
    /// The name it is asked for by, such as `junit`.
    fn id(&self) -> &'static str;

    /// One sentence that says whom it serves.
    fn about(&self) -> &'static str;

    /// The run in this format, whole and ending in a newline.
    fn render(&self, run: &Run, options: &Options) -> Vec<u8>;
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
static ALL: [&dyn Renderer; 3] = [&terminal::Terminal, &json::Json, &junit::Junit];

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
