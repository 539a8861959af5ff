//! How wide a text is on a screen, and how to cut and wrap it by that.
//!
//! The texts here are shown ones: nothing in them acts.

use comfy_table::Table;

/// Characters that may share a column, so that piled-up accents stay bounded.
const CHARS_PER_COLUMN_MAX: usize = 4;

/// The columns that a text takes.
pub(super) fn measure(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let mut table = Table::new();
    table.add_row([text]);
    table.column_max_content_widths().first().map_or(0, |width| usize::from(*width))
}

/// The text, cut to `width` columns with an ellipsis where it is longer.
pub(super) fn clip(text: &str, width: usize) -> String {
    if fits(text, width) {
        return text.to_owned();
    }
    let (head, _) = split(text, width.saturating_sub(1));
    format!("{}…", head.trim_end())
}

/// The text, cut to `width` columns in its middle: names differ at both ends.
pub(super) fn clip_middle(text: &str, width: usize) -> String {
    if fits(text, width) {
        return text.to_owned();
    }
    let (head, rest) = split(text, width.saturating_sub(1) / 2);
    let room = width.saturating_sub(measure(head) + 1);
    let mut starts = rest.char_indices().map(|(at, _)| at).rev().take(room * CHARS_PER_COLUMN_MAX);
    let (mut tail, mut next) = ("", starts.next());
    while let Some(start) = next.filter(|start| measure(&rest[*start..]) <= room) {
        (tail, next) = (&rest[start..], starts.next());
    }
    format!("{head}…{tail}")
}

/// The text in lines of at most `width` columns, cut after `lines_max` lines.
///
/// Lines break at blanks, and inside a word only where it is longer than a line.
pub(super) fn wrap(text: &str, width: usize, lines_max: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && lines.len() < lines_max {
        if lines.len() + 1 == lines_max || fits(rest, width) {
            lines.push(clip(rest, width));
            break;
        }
        let (head, tail) = split(rest, width);
        let at_blank = tail.starts_with(' ');
        let cut = match head.rfind(' ') {
            Some(blank) if !at_blank && blank > 0 => blank,
            _ => head.len(),
        };
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    lines
}

fn fits(text: &str, width: usize) -> bool {
    (text.len() <= width || text.chars().count() <= width * CHARS_PER_COLUMN_MAX) && measure(text) <= width
}

/// The text in two, the first as long as fits and never without a character.
fn split(text: &str, width: usize) -> (&str, &str) {
    if text.is_ascii() {
        return text.split_at(width.max(1).min(text.len()));
    }
    let ends = text.char_indices().map(|(at, char)| at + char.len_utf8());
    let ends: Vec<usize> = ends.take(width.max(1) * CHARS_PER_COLUMN_MAX).collect();
    let fitting = ends.partition_point(|end| measure(&text[..*end]) <= width);
    text.split_at(ends.get(fitting.saturating_sub(1)).copied().unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!((measure("abc"), measure("寿司"), measure("🍣"), measure("é")), (3, 4, 2, 1));
        assert_eq!(clip("寿司寿司", 5), "寿司…");
        assert_eq!(clip("fits", 4), "fits");
        assert_eq!(clip_middle("provider/model-17", 11), "provi…el-17");
        assert_eq!(clip_middle("寿司寿司/寿司", 8), "寿…/寿司");
    }

    #[test]
    fn lines_break_at_blanks_and_inside_words_only_by_need() {
        assert_eq!(wrap("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4, 9), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("one two three four", 7, 2), ["one two", "three…"]);
        assert!(wrap("", 7, 2).is_empty());
    }

    proptest! {
        #![proptest_config(crate::chance::tries(256))]
        #[test]
        fn no_line_is_wider_than_asked(text in "[a-zé寿🍣\u{301} ]{0,60}", width in 2_usize..20) {
            let lines = wrap(&text, width, 100);
            prop_assert!(lines.iter().all(|line| measure(line) <= width), "{lines:?}");
            let kept: String = lines.concat().chars().filter(|c| *c != ' ').collect();
            let given: String = text.chars().filter(|c| *c != ' ').collect();
            prop_assert_eq!(kept, given);
        }
    }
}
