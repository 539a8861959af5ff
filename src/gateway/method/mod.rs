//! The table of methods: who may call them, and with what.

mod events;
mod table;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::frame::{Refusal, Request};
use super::scope;
use super::shape::Shape;

pub use events::EVENTS;
pub use table::TABLE;

/// Who may call a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Whoever is connected.
    Anybody,
    /// Role `operator` with this scope.
    Operator(&'static str),
    /// Role `node`.
    Node,
}

/// A method.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// Whether hello-ok names it.
    pub advertised: bool,
    /// Who may call it.
    pub gate: Gate,
    /// The shape of its parameters in the notation of `shape`; `None`: not checked.
    pub params: Option<&'static str>,
}

/// The longest part of an unknown method's name that an answer repeats, in bytes.
const NAME_SHOWN: usize = 200;

/// The method of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Method> {
    TABLE.iter().find(|method| method.name == name)
}

/// The method of a name, if this caller may call it.
///
/// The role comes first, then the scope. A method that nobody knows needs the scope of
/// administrators, so that only they learn that it is unknown.
///
/// # Errors
/// `unauthorized role: …`, `missing scope: …` or `unknown method: …`, in this order.
pub fn admit<S: AsRef<str>>(name: &str, role: &str, scopes: &[S]) -> Result<&'static Method, Refusal> {
    let method = find(name);
    let gate = method.map_or(Gate::Operator(scope::ADMIN), |method| method.gate);
    let wanted = match gate {
        Gate::Anybody => None,
        Gate::Node => Some((scope::ROLE_NODE, None)),
        Gate::Operator(scope) => Some((scope::ROLE_OPERATOR, Some(scope))),
    };
    if let Some((wanted, scope)) = wanted {
        if role != wanted {
            return Err(Refusal::invalid(format!("unauthorized role: {role}")));
        }
        if let Some(missing) = scope.filter(|scope| !may(scopes, scope)) {
            return Err(Refusal::invalid(format!("missing scope: {missing}")));
        }
    }
    method.ok_or_else(|| Refusal::invalid(format!("unknown method: {}", shown(name))))
}

/// Whether a connection's scopes open a gate: admin opens all, write also that of read.
fn may<S: AsRef<str>>(scopes: &[S], wanted: &str) -> bool {
    let has = |scope: &str| scopes.iter().any(|given| given.as_ref() == scope);
    has(scope::ADMIN) || has(wanted) || (wanted == scope::READ && has(scope::WRITE))
}

/// The beginning of a name that somebody sent.
fn shown(name: &str) -> &str {
    &name[..name.floor_char_boundary(NAME_SHOWN)]
}

/// The shapes, read once.
static SHAPES: LazyLock<BTreeMap<&'static str, Shape>> = LazyLock::new(|| {
    let shapes = TABLE.iter().filter_map(|method| Some((method.name, method.params?)));
    shapes.map(|(name, params)| (name, Shape::parse(params).expect("the table's shapes are read"))).collect()
});

/// Why parameters do not fit a method: the validation text, without `invalid … params`.
/// No parameters, or `null`, count as an empty object.
#[must_use]
pub fn misfit(method: &Method, params: Option<&Value>) -> Option<String> {
    let none = Value::Object(serde_json::Map::new());
    let params = params.filter(|params| !params.is_null()).unwrap_or(&none);
    SHAPES.get(method.name)?.problems(Some(params))
}

/// Takes parameters as real nodes send them: a result whose `payloadJSON` or `error` is null, or whose
/// `payloadJSON` is no text. Source: OpenClaw 2026.4.12, measured.
pub fn soften(request: &mut Request) {
    if request.method != "node.invoke.result" {
        return;
    }
    let Some(Value::Object(params)) = &mut request.params else { return };
    if params.get("error").is_some_and(Value::is_null) {
        params.shift_remove("error");
    }
    if params.get("payloadJSON").is_some_and(|payload| !payload.is_string())
        && let Some(payload) = params.shift_remove("payloadJSON").filter(|payload| !payload.is_null())
    {
        params.entry("payload").or_insert(payload);
    }
}

/// The refusal of parameters that do not fit.
#[must_use]
pub fn unfit(method: &Method, misfit: &str) -> Refusal {
    Refusal::invalid(format!("invalid {} params: {misfit}", method.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_the_table_is_read() {
        assert_eq!(SHAPES.len(), TABLE.iter().filter(|method| method.params.is_some()).count());
    }

    #[test]
    fn names_are_unique_and_hidden_ones_come_last() {
        let names: std::collections::BTreeSet<&str> = TABLE.iter().map(|method| method.name).collect();
        assert_eq!(names.len(), TABLE.len());
        let shown = TABLE.iter().take_while(|method| method.advertised).count();
        assert_eq!(shown, 129);
        assert!(TABLE.iter().skip(shown).all(|method| !method.advertised));
    }

    #[test]
    fn what_is_reserved_needs_an_administrator() {
        let open = ["config.get", "config.schema.lookup"];
        for method in TABLE.iter().filter(|method| !open.contains(&method.name)) {
            let reserved = ["config.", "exec.approvals.", "wizard.", "update."];
            if reserved.iter().any(|prefix| method.name.starts_with(prefix)) {
                assert_eq!(method.gate, Gate::Operator(scope::ADMIN), "{}", method.name);
            }
        }
    }
}
