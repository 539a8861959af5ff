//! Markup that text cannot break out of.
//!
//! Names of elements and attributes are literals of ours; everything else is escaped. Only a
//! literal can be written as it is, so that no text of a provider ever becomes markup.

use std::fmt::Write;

use crate::report::text::{shown, shown_to};

/// Characters that are shown of one text.
const TEXT_MAX: usize = 400;

/// Attributes of an element.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a str)];

/// A growing piece of HTML or SVG.
#[derive(Debug, Default)]
pub(super) struct Markup {
    out: String,
}

impl Markup {
    /// Our own markup, as it is.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.out.push_str(markup);
    }

    /// A text from anywhere: cut, with what acts written out, and escaped.
    pub(super) fn text(&mut self, text: &str) {
        escape(&mut self.out, &shown_to(text, TEXT_MAX), false);
    }

    /// An element with what is inside.
    pub(super) fn tag(
        &mut self,
        name: &'static str,
        attributes: Attributes<'_>,
        inside: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        self.out.push('>');
        inside(self);
        self.put(format_args!("</{name}>"));
    }

    /// An element that holds one text.
    pub(super) fn words(&mut self, name: &'static str, class: &str, text: &str) {
        let attributes = [("class", class)];
        let attributes = if class.is_empty() { &[][..] } else { &attributes[..] };
        self.tag(name, attributes, |m| m.text(text));
    }

    /// An element without an inside.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.open(name, attributes);
        self.out.push_str("/>");
    }

    /// The markup, whole.
    pub(super) fn finish(self) -> String {
        self.out
    }

    fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.put(format_args!("<{name}"));
        for (key, value) in attributes {
            self.put(format_args!(" {key}=\""));
            escape(&mut self.out, &shown(value), true);
            self.out.push('"');
        }
    }

    fn put(&mut self, arguments: std::fmt::Arguments<'_>) {
        self.out.write_fmt(arguments).expect("a string takes all");
    }
}

/// Writes a text so that no element begins or ends in it, and inside quotes no attribute either.
fn escape(out: &mut String, text: &str, quoted: bool) {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quoted => out.push_str("&quot;"),
            _ => out.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_no_markup_and_what_acts_is_written_out() {
        let mut m = Markup::default();
        let hostile = "</p><script>\"'&\u{202e}\0\u{1b}";
        m.tag("p", &[("title", hostile)], |m| m.text(hostile));
        let safe = |quote: &str| format!("&lt;/p&gt;&lt;script&gt;{quote}'&amp;\\u{{202e}}\\x00\\x1b");
        assert_eq!(m.finish(), format!("<p title=\"{}\">{}</p>", safe("&quot;"), safe("\"")));
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let mut m = Markup::default();
        m.text(&"<".repeat(TEXT_MAX + 7));
        assert_eq!(m.finish(), "&lt;".repeat(TEXT_MAX) + "… (and 7 more characters)");
    }
}
