//! The table of methods: who may call them, and with what.

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

/// The method of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Method> {
    TABLE.iter().find(|method| method.name == name)
}

/// Why parameters do not fit a method: the validation text, without `invalid … params`.
#[must_use]
pub fn misfit(method: &Method, params: Option<&serde_json::Value>) -> Option<String> {
    let _ = (method, params);
    None
}

/// Every method, in the order of hello-ok.
pub static TABLE: &[Method] =
    &[Method { name: "health", advertised: true, gate: Gate::Anybody, params: None }];
