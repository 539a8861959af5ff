//! Environment variables in a config: `${NAME}` in strings, the `env` block,
//! and references to secrets that live elsewhere.

use std::collections::BTreeMap;

use serde_json::Value;

use super::check::INCLUDE;
use super::document::{Document, Node};
use super::scan::{BYTES_MAX, NodeId, PROBLEMS_MAX, Places};
use super::secret::quote;
use crate::problem::Problem;

/// The variables of a process, as the caller read them, and those of the `env` block.
pub(super) type Vars = BTreeMap<String, String>;

/// The variables in effect: those of the process, then those of the `env`
/// block that the process does not set. An empty variable counts as unset.
///
/// Values of the block are taken as they stand; they may not name each other.
pub(super) fn in_effect(root: Node<'_>, process: &Vars, problems: &mut Vec<Problem>) -> Vars {
    let mut vars: Vars = process.clone();
    vars.retain(|_, value| !value.is_empty());
    let Some(block) = root.get("env") else { return vars };
    let nested = block.get("vars").into_iter().flat_map(Node::members);
    let own = block.members().filter(|(name, _)| !matches!(*name, "vars" | "shellEnv" | INCLUDE));
    for (name, node) in nested.chain(own) {
        match node.text() {
            Some(value) if !value.is_empty() => {
                vars.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
            Some(_) => {}
            None => problems
                .push(Problem::new(format!("variable `{}` must be text", quote(name))).at(node.place())),
        }
    }
    vars
}

/// Fills `${NAME}` into every string of a document (not into keys).
///
/// `$${NAME}` stands for a literal `${NAME}`; names in lower case and any
/// other `$` are literal. A string that needs an unset variable is kept as it
/// was, and marked.
pub(super) fn substitute(document: &mut Document, vars: &Vars) -> Vec<Problem> {
    let Some(root) = document.places.root() else { return Vec::new() };
    let mut filler = Filler {
        places: &document.places,
        vars,
        room: BYTES_MAX,
        from_env: BTreeMap::new(),
        unfilled: Vec::new(),
    };
    filler.fill(&mut document.value, root);
    let (from_env, unfilled) = (filler.from_env, filler.unfilled);
    document.from_env = from_env;
    let problem = |(id, why): &(NodeId, Unfilled)| why.problem().at(document.place(Some(*id), false));
    let problems = unfilled.iter().take(PROBLEMS_MAX).map(problem).collect();
    document.unresolved = unfilled.into_iter().map(|(id, why)| (id, why.name)).collect();
    problems
}

/// The problem of a variable that is unset or empty.
pub(super) fn missing_variable(name: &str) -> Problem {
    let name = quote(name);
    Problem::new(format!("missing env var {name}"))
        .hint(format!("set {name} where the program starts, or in `env.vars`; empty counts as unset"))
}

struct Filler<'a> {
    places: &'a Places,
    vars: &'a Vars,
    /// How many bytes the variables may still add to the document.
    room: usize,
    from_env: BTreeMap<NodeId, String>,
    unfilled: Vec<(NodeId, Unfilled)>,
}

/// Why a string was left as it was.
#[derive(Debug, PartialEq, Eq)]
struct Unfilled {
    name: String,
    too_large: bool,
}

impl Unfilled {
    fn problem(&self) -> Problem {
        if self.too_large {
            let name = quote(&self.name);
            return Problem::new(format!("env var {name} makes the document larger than {BYTES_MAX} bytes"));
        }
        missing_variable(&self.name)
    }
}

impl Filler<'_> {
    /// Recursion is bounded: the scanner refused what is nested deeper than [`super::scan::DEPTH_MAX`].
    fn fill(&mut self, value: &mut Value, id: NodeId) {
        match value {
            Value::String(text) if text.contains('$') => match expand(text, self.vars, &mut self.room) {
                Ok(filled) => {
                    self.from_env.extend(whole_name(text).map(|name| (id, name.to_owned())));
                    *text = filled;
                }
                Err(why) => self.unfilled.push((id, why)),
            },
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    if let Some(id) = self.places.index(id, index) {
                        self.fill(item, id);
                    }
                }
            }
            Value::Object(members) => {
                for (key, member) in members.iter_mut() {
                    if let Some(id) = self.places.key(id, key) {
                        self.fill(member, id);
                    }
                }
            }
            _ => {}
        }
    }
}

/// A string with its variables filled in, or the first variable that cannot be.
fn expand(text: &str, vars: &Vars, room: &mut usize) -> Result<String, Unfilled> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((name, behind)) = rest.strip_prefix("$$").and_then(braced_name) {
            filled.push_str("${");
            filled.push_str(name);
            filled.push('}');
            rest = behind;
        } else if let Some((name, behind)) = rest.strip_prefix('$').and_then(braced_name) {
            let unfilled = |too_large| Unfilled { name: name.to_owned(), too_large };
            let value = vars.get(name).ok_or_else(|| unfilled(false))?;
            *room = room.checked_sub(value.len()).ok_or_else(|| unfilled(true))?;
            filled.push_str(value);
            rest = behind;
        } else {
            filled.push('$');
            rest = &rest[1..];
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

/// `{NAME}` at the beginning of a text, and what stands behind it.
fn braced_name(text: &str) -> Option<(&str, &str)> {
    let (name, behind) = text.strip_prefix('{')?.split_once('}')?;
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let well = name.chars().all(fits) && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
    well.then_some((name, behind))
}

fn whole_name(text: &str) -> Option<&str> {
    let (name, behind) = text.strip_prefix('$').and_then(braced_name)?;
    behind.is_empty().then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_upper_case_names_in_braces_are_variables() {
        let vars = Vars::from([("A_1".to_owned(), "x".to_owned())]);
        let cases = [
            ("${A_1}", "x"),
            ("<${A_1}${A_1}>", "<xx>"),
            ("$${A_1}", "${A_1}"),
            ("$$${A_1}", "$${A_1}"),
            ("${a} $A_1 ${} ${A-1} ${1A} ${A_1", "${a} $A_1 ${} ${A-1} ${1A} ${A_1"),
            ("5$", "5$"),
        ];
        for (text, wanted) in cases {
            assert_eq!(expand(text, &vars, &mut 9).as_deref(), Ok(wanted), "{text}");
        }
        let unfilled =
            |text, room: &mut usize| expand(text, &vars, room).map_err(|why| (why.name, why.too_large));
        assert_eq!(unfilled("${A_1}${B}", &mut 9), Err(("B".to_owned(), false)));
        assert_eq!(unfilled("${A_1}${A_1}", &mut 1), Err(("A_1".to_owned(), true)));
        assert_eq!((whole_name("${A_1}"), whole_name("x${A_1}")), (Some("A_1"), None));
    }
}
