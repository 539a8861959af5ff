//! `terminal`: what a person sees at the end of a run.
//!
//! From the top: what was observed of each provider and model with the verdict
//! beside it; what is wrong, whose fault it is and the fix; what did not go as
//! declared; and last, where the eye ends, both answers in a line each.

mod blocks;
mod canvas;
mod failures;
mod faults;
mod fold;
mod matrix;
mod measure;
mod proof;
mod race;
mod reference;
mod rows;
mod set_aside;
mod summary;

use anstyle::Style;

use super::words::counted;
use super::{Options, Renderer, Told};
use crate::verdict::{State, Verdict};
pub use proof::proof;
pub(super) use race::{race, race_live};

use canvas::{BAD, Canvas, FAINT, GOOD, Line, PLAIN, WARN};

/// The narrowest screen that is laid out for.
pub(super) const WIDTH_MIN: usize = 80;
/// The widest line that is still read with ease.
const WIDTH_MAX: usize = 200;
/// Where a line starts.
const INDENT: usize = 2;
/// Where the text beside a label starts.
const TEXT: usize = 12;
/// Names that are listed before the rest is only counted.
const NAMES_MAX: usize = 3;

/// The renderer.
pub(super) struct Terminal;

impl Renderer for Terminal {
    fn id(&self) -> &'static str {
        "terminal"
    }

    fn about(&self) -> &'static str {
        "For people: the matrix, what is wrong, whose fault it is and the fix."
    }

    fn render(&self, told: &Told<'_>, options: &Options) -> Vec<u8> {
        let run = told.run;
        let mut canvas = Canvas::new(options.colour, options.width.clamp(WIDTH_MIN, WIDTH_MAX));
        let matrix = run.matrix();
        let folds = fold::Folds::of(&matrix, options.verbose);
        matrix::draw(&mut canvas, run, &matrix, &folds);
        reference::draw(&mut canvas, run, options.verbose);
        faults::draw(&mut canvas, run, &folds, options.verbose);
        failures::draw(&mut canvas, run, options.verbose);
        set_aside::draw(&mut canvas, run, options.verbose);
        faults::draw_folded(&mut canvas, run, &folds);
        summary::draw(&mut canvas, run);
        canvas.finish()
    }
}

/// A line that starts with a faint label.
fn label(text: &str) -> Line {
    Line::indented(INDENT).put(FAINT, text).to(TEXT)
}

/// A line that starts with a word that stands out.
fn heading(style: Style, word: &str) -> Line {
    Line::indented(INDENT).put(style.bold(), word).put(PLAIN, "  ").to(TEXT)
}

/// The faint line that says what a limit hides.
fn hidden(canvas: &mut Canvas, count: usize, noun: &str) {
    if count > 0 {
        let text = format!("and {}; --verbose shows all", counted(count, noun));
        canvas.line(Line::indented(INDENT).put(FAINT, text));
    }
}

/// `a, b, c and 9 more`.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>, verbose: bool) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let limit = if verbose { names.len() } else { NAMES_MAX };
    let more = names.len().saturating_sub(limit);
    let named = names.into_iter().take(limit).collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

const fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => GOOD,
        Verdict::Skip | Verdict::Xfail => FAINT,
        Verdict::Flaky | Verdict::Xpass => WARN,
        Verdict::Fail | Verdict::Error => BAD,
    }
}

const fn state_style(state: State) -> Style {
    match state {
        State::Healthy => GOOD,
        State::Faulty | State::Unreachable => BAD,
    }
}
