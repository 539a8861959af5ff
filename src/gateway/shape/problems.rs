//! The list of what does not fit, as one text.

/// The most problems that one text names.
pub const PROBLEMS_MAX: usize = 64;

/// The longest problem, in bytes; the rest is cut.
const PROBLEM_MAX: usize = 512;

/// The longest text, in bytes; problems beyond are left out.
const TEXT_MAX: usize = 8192;

/// Problems in the order in which they were found, each once.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<String>,
    /// Whether some did not fit in.
    more: bool,
}

impl Problems {
    /// How many there are, to come back to.
    pub(super) const fn mark(&self) -> usize {
        self.found.len()
    }

    /// Forgets what was found since the mark.
    pub(super) fn forget(&mut self, mark: usize) {
        self.found.truncate(mark);
    }

    /// Adds the problem of a place: `at /place: message`, at the root `message`.
    pub(super) fn add(&mut self, path: &str, message: &str) {
        if path.is_empty() {
            self.push(message.to_owned())
        } else {
            self.push(format!("at {path}: {message}"))
        }
    }

    /// Adds a property that should not be there.
    pub(super) fn unexpected(&mut self, path: &str, name: &str) {
        if is_blank(name) {
            self.add(path, "must NOT have additional properties");
        } else {
            let place = if path.is_empty() { "root" } else { path };
            self.push(format!("at {place}: unexpected property '{}'", clip(name, PROBLEM_MAX)));
        }
    }

    fn push(&mut self, text: String) {
        if self.found.len() == PROBLEMS_MAX {
            self.more = true;
            return;
        }
        let text = if text.len() > PROBLEM_MAX { format!("{}…", clip(&text, PROBLEM_MAX)) } else { text };
        if !self.found.contains(&text) {
            self.found.push(text);
        }
    }

    /// All of them in one line.
    pub(super) fn text(&self) -> String {
        let mut line = String::new();
        for (place, problem) in self.found.iter().enumerate() {
            if line.len() + problem.len() > TEXT_MAX {
                return line + "; …";
            }
            if place > 0 {
                line.push_str("; ");
            }
            line.push_str(problem);
        }
        if self.more { line + "; …" } else { line }
    }
}

/// The first bytes of a text, cut at a character.
pub(super) fn clip(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// Whether nothing is to be seen, by JavaScript's idea of white space.
fn is_blank(text: &str) -> bool {
    text.chars().all(|letter| letter == '\u{feff}' || (letter.is_whitespace() && letter != '\u{85}'))
}
