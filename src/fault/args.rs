//! The arguments of a fault: named, typed, bounded and checked against what the fault takes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::problem::{Place, Problem, nearest};

/// The longest time an argument may name.
pub const MAX_SPAN: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest text an argument may hold, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;

/// One parameter of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// Its name, as scenario files spell it.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What holds when it is absent, spelled as a user would; `None` when absence means something of its own.
    pub default: Option<&'static str>,
    /// What it does, in one sentence fragment.
    pub about: &'static str,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A time with its unit: `250ms`, `2s`, `1m`, `1h`.
    Duration,
    /// A whole number up to a bound.
    Count {
        /// The greatest value.
        max: u64,
    },
    /// A text.
    Text,
    /// `true` or `false`.
    Flag,
}

impl Param {
    /// A parameter that takes a time.
    #[must_use]
    pub const fn duration(name: &'static str, default: Option<&'static str>, about: &'static str) -> Self {
        Self { name, takes: Takes::Duration, default, about }
    }

    /// A parameter that takes a whole number up to `max`.
    #[must_use]
    pub const fn count(name: &'static str, max: u64, default: &'static str, about: &'static str) -> Self {
        Self { name, takes: Takes::Count { max }, default: Some(default), about }
    }

    /// A parameter that takes a text.
    #[must_use]
    pub const fn text(name: &'static str, default: Option<&'static str>, about: &'static str) -> Self {
        Self { name, takes: Takes::Text, default, about }
    }

    /// A parameter that takes `true` or `false`; absent means false.
    #[must_use]
    pub const fn flag(name: &'static str, about: &'static str) -> Self {
        Self { name, takes: Takes::Flag, default: Some("false"), about }
    }
}

/// How many records with content come before the fault. Most stream faults take it.
pub const AFTER: Param =
    Param::count("after", 100_000, "1", "how many records with content come before; of a whole body, half");

/// The arguments of one use of a fault.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Args(pub BTreeMap<String, Value>);

impl Args {
    /// No arguments: every default holds.
    #[must_use]
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// The same arguments and one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Checks every argument against what the fault takes.
    ///
    /// # Errors
    /// A problem that names the argument, and the nearest parameter where the name is unknown.
    pub fn check(&self, params: &[Param]) -> Result<(), Problem> {
        for (name, value) in &self.0 {
            let Some(param) = params.iter().find(|param| param.name == name) else {
                return Err(unknown(name, params));
            };
            match param.takes {
                Takes::Duration => drop(read_duration(name, value)?),
                Takes::Count { max } => drop(read_count(name, value, max)?),
                Takes::Text => drop(read_text(name, value)?),
                Takes::Flag => drop(read_flag(name, value)?),
            }
        }
        Ok(())
    }

    /// A time; `None` when it is absent and has no default.
    ///
    /// # Errors
    /// A problem when the value is no time, has no unit, or is beyond [`MAX_SPAN`].
    pub fn duration(&self, param: &Param) -> Result<Option<Duration>, Problem> {
        self.value(param).map(|value| read_duration(param.name, &value)).transpose()
    }

    /// A whole number; zero when it is absent and has no default.
    ///
    /// # Errors
    /// A problem when the value is no whole number or beyond the parameter's bound.
    pub fn count(&self, param: &Param) -> Result<u64, Problem> {
        let max = if let Takes::Count { max } = param.takes { max } else { u64::MAX };
        self.value(param).map_or(Ok(0), |value| read_count(param.name, &value, max))
    }

    /// A text; `None` when it is absent and has no default.
    ///
    /// # Errors
    /// A problem when the value is no text or longer than [`MAX_TEXT`].
    pub fn text(&self, param: &Param) -> Result<Option<String>, Problem> {
        self.value(param).map(|value| read_text(param.name, &value)).transpose()
    }

    /// A flag; false when it is absent.
    ///
    /// # Errors
    /// A problem when the value is neither `true` nor `false`.
    pub fn flag(&self, param: &Param) -> Result<bool, Problem> {
        self.value(param).map_or(Ok(false), |value| read_flag(param.name, &value))
    }

    fn value(&self, param: &Param) -> Option<Value> {
        self.0.get(param.name).cloned().or_else(|| {
            let spelled = param.default?;
            Some(match param.takes {
                Takes::Count { .. } => spelled.parse::<u64>().map_or(Value::Null, Value::from),
                Takes::Flag => Value::Bool(spelled == "true"),
                Takes::Duration | Takes::Text => Value::from(spelled),
            })
        })
    }
}

fn unknown(name: &str, params: &[Param]) -> Problem {
    let names: Vec<&str> = params.iter().map(|param| param.name).collect();
    let problem = Problem::new(format!("unknown parameter `{name}`")).at(Place::path(name));
    match nearest(name, names.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None if names.is_empty() => problem.hint("this fault takes no parameters"),
        None => problem.hint(format!("it takes {}", names.join(", "))),
    }
}

fn wrong(name: &str, value: &Value, wanted: &str) -> Problem {
    let mut shown = value.to_string();
    if shown.chars().count() > 40 {
        shown = shown.chars().take(40).chain("…".chars()).collect();
    }
    Problem::new(format!("`{name}` is {shown}, but takes {wanted}")).at(Place::path(name))
}

fn read_duration(name: &str, value: &Value) -> Result<Duration, Problem> {
    const WANTED: &str = "a time with its unit, such as `250ms`, `2s`, `1m` or `1h`";
    let span = value.as_str().and_then(parse_duration).ok_or_else(|| wrong(name, value, WANTED))?;
    if span > MAX_SPAN { Err(wrong(name, value, "at most `24h`")) } else { Ok(span) }
}

fn read_count(name: &str, value: &Value, max: u64) -> Result<u64, Problem> {
    let count = value.as_u64().ok_or_else(|| wrong(name, value, "a whole number"))?;
    if count > max { Err(wrong(name, value, &format!("at most {max}"))) } else { Ok(count) }
}

fn read_text(name: &str, value: &Value) -> Result<String, Problem> {
    let text = value.as_str().ok_or_else(|| wrong(name, value, "a text"))?;
    if text.len() > MAX_TEXT {
        return Err(wrong(name, value, &format!("a text of at most {MAX_TEXT} bytes")));
    }
    Ok(text.to_owned())
}

fn read_flag(name: &str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| wrong(name, value, "`true` or `false`"))
}

/// Reads `250ms`, `2s`, `1.5s`, `1m` or `1h`; `None` when it is none of them.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(provoke::fault::parse_duration("1.5s"), Some(Duration::from_millis(1500)));
/// assert_eq!(provoke::fault::parse_duration("3"), None);
/// ```
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(split);
    let unit_millis: u64 = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let nanos_per_unit = u128::from(unit_millis) * 1_000_000;
    let mut nanos = u128::from(whole.parse::<u64>().ok()?) * nanos_per_unit;
    let mut place = nanos_per_unit;
    if number.contains('.') && fraction.is_empty() {
        return None;
    }
    for digit in fraction.chars() {
        place /= 10;
        nanos += u128::from(digit.to_digit(10)?) * place;
    }
    u64::try_from(nanos).ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const PARAMS: [Param; 2] = [AFTER, Param::duration("for", None, "how long")];

    #[test]
    fn a_misspelt_parameter_is_named_with_its_neighbour() {
        let problem = Args::none().with("aftr", 1).check(&PARAMS).unwrap_err();
        assert_eq!(problem.to_string(), "aftr: unknown parameter `aftr`\n  help: did you mean `after`?");
        let problem = Args::none().with("x", 1).check(&[]).unwrap_err();
        assert_eq!(problem.hint.as_deref(), Some("this fault takes no parameters"));
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_and_says_what_is_taken() {
        for (name, value) in [("after", json!("2")), ("after", json!(-1)), ("after", json!(1e9 as u64))] {
            assert!(Args::none().with(name, value).check(&PARAMS).is_err());
        }
        for value in [json!(3), json!("3"), json!("3 days"), json!("48h"), json!(null), json!("1.s")] {
            assert!(Args::none().with("for", value).check(&PARAMS).is_err());
        }
        assert!(Args::none().with("for", "90s").check(&PARAMS).is_ok());
    }

    #[test]
    fn defaults_hold_when_nothing_is_said() {
        let args = Args::none();
        assert_eq!(args.count(&AFTER), Ok(1));
        assert_eq!(args.duration(&PARAMS[1]), Ok(None));
        assert_eq!(args.flag(&Param::flag("f", "")), Ok(false));
    }

    proptest! {
        #![proptest_config(crate::chance::tries(256))]

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,24}") {
            let _ = parse_duration(&text);
        }

        #[test]
        fn whole_milliseconds_read_back(millis in 0_u64..86_400_000) {
            prop_assert_eq!(parse_duration(&format!("{millis}ms")), Some(Duration::from_millis(millis)));
        }
    }
}
