//! Text that came from elsewhere, made safe to show.
//!
//! Providers, configs and file names can hold anything: a terminal obeys ESC,
//! XML 1.0 forbids most control characters, and bidirectional overrides make a
//! line read as something that it is not.

use std::fmt::Write;

/// Characters kept of one text; what is longer is cut and says so.
const CHARS_MAX: usize = 4_096;
/// Accents that may stand on one letter; more would grow over the lines around.
const ACCENTS_MAX: usize = 2;

/// One line without anything that acts instead of showing: such characters are
/// written as escapes, as `\x1b` or `\u{202e}`.
pub(crate) fn shown(text: &str) -> String {
    shown_to(text, CHARS_MAX)
}

/// The same, cut after so many characters.
pub(super) fn shown_to(text: &str, chars_max: usize) -> String {
    let mut out = String::with_capacity(text.len().min(chars_max));
    let mut chars = text.chars();
    let mut accents = 0;
    for char in chars.by_ref().take(chars_max) {
        accents = if is_accent(char) { accents + 1 } else { 0 };
        match char {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if !acts(char) && accents <= ACCENTS_MAX => out.push(char),
            _ if char.is_ascii() => write!(out, "\\x{:02x}", u32::from(char)).expect("a string takes all"),
            _ => write!(out, "\\u{{{:x}}}", u32::from(char)).expect("a string takes all"),
        }
    }
    let left = chars.count();
    if left > 0 {
        write!(out, "… (and {left} more characters)").expect("a string takes all");
    }
    out
}

/// Whether a character is drawn onto the one before it (the blocks of combining marks).
const fn is_accent(char: char) -> bool {
    matches!(char as u32, 0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

/// Whether a character acts on its neighbours or on the terminal, or is none.
///
/// Controls; zero-width and bidirectional formatting (Unicode category Cf, UAX #9);
/// line and paragraph separators; tags; noncharacters, which XML forbids too.
pub(super) fn acts(char: char) -> bool {
    char.is_control()
        || matches!(u32::from(char),
            0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
            | 0xfdd0..=0xfdef | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
        || u32::from(char) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_is_written_out_and_the_rest_stays() {
        for (raw, safe) in [
            ("plain, ünïcode, 寿司, 🍣", "plain, ünïcode, 寿司, 🍣"),
            ("\u{1b}[31mred", "\\x1b[31mred"),
            ("a\0b\r\nc\td\u{7f}", "a\\x00b\\r\\nc\\td\\x7f"),
            ("Z\u{301}\u{302}\u{303}", "Z\u{301}\u{302}\\u{303}"),
            ("\u{9b}31m \u{202e}evil \u{2028} \u{ffff}", "\\u{9b}31m \\u{202e}evil \\u{2028} \\u{ffff}"),
        ] {
            assert_eq!(shown(raw), safe);
        }
    }

    #[test]
    fn a_long_text_is_cut_at_the_limit_and_says_so() {
        assert_eq!(shown(&"a".repeat(CHARS_MAX)).len(), CHARS_MAX);
        assert!(shown(&"a".repeat(CHARS_MAX + 1)).ends_with("a… (and 1 more characters)"));
    }

    proptest! {
        #![proptest_config(crate::chance::tries(256))]
        #[test]
        fn nothing_that_acts_is_left(text in ".{0,80}") {
            prop_assert!(!shown(&text).chars().any(acts));
        }
    }
}
