//! Colour for people, where their terminal wants it.

use anstyle::{AnsiColor, Style};

use crate::report::text::shown;

/// Whether stdout shows colours, and the colours. All text is made safe to show on the way.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Paint {
    colour: bool,
}

impl Paint {
    /// As stdout wants it.
    pub(in crate::cli) fn of_stdout() -> Self {
        Self { colour: anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never }
    }

    /// As stderr wants it.
    pub(in crate::cli) fn of_stderr() -> Self {
        Self { colour: anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never }
    }

    /// As the terminal has it.
    pub(in crate::cli) fn plain(self, text: &str) -> String {
        shown(text)
    }

    /// For what is being looked for.
    pub(in crate::cli) fn strong(self, text: &str) -> String {
        self.in_style(Style::new().bold(), text)
    }

    /// For what is only there to help.
    pub(in crate::cli) fn faint(self, text: &str) -> String {
        self.in_style(Style::new().dimmed(), text)
    }

    /// For what is well.
    pub(in crate::cli) fn good(self, text: &str) -> String {
        self.in_style(AnsiColor::Green.on_default(), text)
    }

    /// For what is broken.
    pub(in crate::cli) fn bad(self, text: &str) -> String {
        self.in_style(AnsiColor::Red.on_default(), text)
    }

    /// For what is neither.
    pub(in crate::cli) fn warn(self, text: &str) -> String {
        self.in_style(AnsiColor::Yellow.on_default(), text)
    }

    fn in_style(self, style: Style, text: &str) -> String {
        let text = shown(text);
        if self.colour && !text.is_empty() {
            format!("{}{text}{}", style.render(), style.render_reset())
        } else {
            text
        }
    }
}
