//! Lines of styled text on a screen of a given width.
//!
//! The only way to put text on the canvas makes it safe first, so that no
//! renderer can forget it; colours are written here alone.

use anstyle::{AnsiColor, Style};

use super::measure::{clip, clip_middle, measure, wrap};
use crate::report::text::shown;

/// As the terminal has it.
pub(super) const PLAIN: Style = Style::new();
/// For what is being looked for.
pub(super) const STRONG: Style = Style::new().bold();
/// For what is only there to help.
pub(super) const FAINT: Style = Style::new().dimmed();
/// For what is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// For what is broken.
pub(super) const BAD: Style = AnsiColor::Red.on_default();
/// For what is neither.
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();

/// What is drawn on.
pub(super) struct Canvas {
    colour: bool,
    width: usize,
    out: String,
}

/// One line, put together from left to right.
#[derive(Debug, Default)]
pub(super) struct Line {
    spans: Vec<(Style, String)>,
    width: usize,
}

impl Line {
    /// A line that starts in column `indent`.
    pub(super) fn indented(indent: usize) -> Self {
        Self::default().to(indent)
    }

    /// The line with more text.
    pub(super) fn put(mut self, style: Style, text: impl AsRef<str>) -> Self {
        let text = shown(text.as_ref());
        self.width += measure(&text);
        self.spans.push((style, text));
        self
    }

    /// The line with a name of at most `width` columns.
    pub(super) fn put_name(self, style: Style, name: &str, width: usize) -> Self {
        let name = clip_middle(&shown(name), width);
        self.put(style, name)
    }

    /// The columns that it takes so far.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// The line with blanks up to `column`.
    pub(super) fn to(mut self, column: usize) -> Self {
        if column > self.width {
            self.spans.push((PLAIN, " ".repeat(column - self.width)));
            self.width = column;
        }
        self
    }
}

impl Canvas {
    /// An empty canvas.
    pub(super) const fn new(colour: bool, width: usize) -> Self {
        Self { colour, width, out: String::new() }
    }

    /// Its width in columns.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Draws a line, cut at the edge.
    pub(super) fn line(&mut self, line: Line) {
        let mut left = self.width;
        let start = self.out.len();
        for (style, text) in line.spans {
            let text = clip(&text, left);
            left = left.saturating_sub(measure(&text));
            self.span(style, &text);
            if left == 0 {
                break;
            }
        }
        let end = start + self.out[start..].trim_end_matches(' ').len();
        self.out.truncate(end);
        self.out.push('\n');
    }

    /// Draws an empty line.
    pub(super) fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Draws text that starts after `head` and wraps to where it started, in at
    /// most `lines_max` lines.
    pub(super) fn paragraph(&mut self, head: Line, style: Style, text: &str, lines_max: usize) {
        let column = head.width;
        let mut head = Some(head);
        for line in wrap(&shown(text), self.width.saturating_sub(column), lines_max) {
            let start = head.take().unwrap_or_else(|| Line::indented(column));
            self.line(start.put(style, line));
        }
    }

    /// What was drawn.
    pub(super) fn finish(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    fn span(&mut self, style: Style, text: &str) {
        let plain = !self.colour || style == PLAIN || text.is_empty();
        if plain {
            self.out.push_str(text);
        } else {
            self.out.push_str(&format!("{}{text}{}", style.render(), style.render_reset()));
        }
    }
}
