//! How wide a text is in the picture, and where it breaks: SVG does not wrap.

/// Tenths of a unit that a letter takes, by what it looks like, at a size of 12.
const fn tenths(letter: char) -> usize {
    match letter {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' | ' ' => 36,
        't' | 'f' | 'r' | '(' | ')' | '-' | '/' => 46,
        'm' | 'w' | 'M' | 'W' | '→' | '…' | '@' => 108,
        'A'..='Z' | '+' | '=' | '_' => 86,
        letter if letter.is_ascii() => 70,
        _ => 120,
    }
}

/// The units that a text takes; rather too many than too few.
pub(super) fn units(text: &str) -> usize {
    text.chars().map(tenths).sum::<usize>().div_ceil(10)
}

/// The same of a text in bold.
pub(super) fn bold_units(text: &str) -> usize {
    (units(text) * 9).div_ceil(8)
}

/// The text in lines of at most so many units. A word that is longer than a line is broken.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace().flat_map(|word| broken(word, room)) {
        let longer = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
        if units(&longer) <= room {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word));
        }
    }
    lines.push(line);
    lines.retain(|line| !line.is_empty());
    lines
}

/// A word in pieces that fit on a line each.
fn broken(word: &str, room: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in word.chars() {
        let last = pieces.last_mut().expect("there is one from the beginning");
        if !last.is_empty() && units(last) * 10 + tenths(letter) > room * 10 {
            pieces.push(String::from(letter));
        } else {
            last.push(letter);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_inside_words_only_by_need() {
        assert_eq!(
            wrap("pairing required (1008), request r2", 140),
            ["pairing required (1008),", "request r2"]
        );
        assert_eq!(wrap("abcdefgh", 30), ["abcd", "efgh"]);
        assert!(wrap("  ", 30).is_empty());
        let long = "a".repeat(100);
        assert!(wrap(&long, 40).iter().all(|line| units(line) <= 40));
    }
}
