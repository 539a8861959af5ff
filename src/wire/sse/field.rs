//! What one line of an event stream says.

/// One line, without its line end, as WHATWG reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field<'a> {
    /// The empty line, which dispatches.
    Blank,
    /// A line that begins with a colon.
    Comment(&'a str),
    /// A `data` field.
    Data(&'a str),
    /// An `event` field.
    Event(&'a str),
    /// An `id` field.
    Id(&'a str),
    /// A `retry` field.
    Retry(&'a str),
    /// A field that WHATWG ignores.
    Unknown {
        /// All before the first colon.
        name: &'a str,
        /// All after it, less one space.
        value: &'a str,
    },
}

/// The names that mean something; compared byte by byte, case and all.
const KNOWN: [&str; 4] = ["data", "event", "id", "retry"];

/// Reads one line.
pub(super) fn read(line: &str) -> Field<'_> {
    if line.is_empty() {
        return Field::Blank;
    }
    let (name, value) = match line.split_once(':') {
        Some((name, value)) => (name, value.strip_prefix(' ').unwrap_or(value)),
        None => (line, ""),
    };
    match name {
        "" => Field::Comment(value),
        "data" => Field::Data(value),
        "event" => Field::Event(value),
        "id" => Field::Id(value),
        "retry" => Field::Retry(value),
        _ => Field::Unknown { name, value },
    }
}

/// Whether a line that the end of the body cut may have been about to name a known field.
pub(super) fn may_become_known(line: &str) -> bool {
    KNOWN.iter().any(|known| known.starts_with(line))
}

/// The number of a `retry` field, in milliseconds: ASCII digits only, and no sign.
pub(super) fn retry(value: &str) -> Option<u64> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if digits { value.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_space_belongs_to_the_colon() {
        assert_eq!(read("data:  x"), Field::Data(" x"));
        assert_eq!(read("data"), Field::Data(""));
        assert_eq!(read(": ping"), Field::Comment("ping"));
        assert_eq!(read(" data: x"), Field::Unknown { name: " data", value: "x" });
        assert_eq!(read("{"), Field::Unknown { name: "{", value: "" });
    }

    #[test]
    fn a_retry_is_digits() {
        assert_eq!(retry("0250"), Some(250));
        for bad in ["", "+5", "-5", "5 ", "5.0", "99999999999999999999999", "١٢"] {
            assert_eq!(retry(bad), None, "{bad:?}");
        }
    }
}
