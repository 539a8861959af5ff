//! `html`: one page that needs nothing else, for people who look around.
//!
//! Readable without scripts, in light and dark, on paper and on a telephone. The page loads
//! nothing and its policy forbids that it does. One file here per part of the page.

mod axis;
mod case;
mod cells;
mod escape;
mod evidence;
pub(super) mod heat_map;
mod legend;
mod matrix;
mod page;
mod race;
mod records;
mod reference;
mod scenarios;
mod waterfall;

use super::{Options, Renderer, Told};
pub(super) use race::race;

/// The renderer.
pub(super) struct Html;

impl Renderer for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn about(&self) -> &'static str {
        "One page for people: the matrix, cells that open, and every stream drawn along time."
    }

    fn render(&self, told: &Told<'_>, _: &Options) -> Vec<u8> {
        page::page(told).into_bytes()
    }

    fn draws(&self) -> bool {
        true
    }
}
