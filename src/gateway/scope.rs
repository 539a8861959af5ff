//! Scopes: which a role knows, and which imply which.

/// The six scopes of the role `operator`.
pub const OPERATOR: [&str; 6] = [
    "operator.admin",
    "operator.read",
    "operator.write",
    "operator.approvals",
    "operator.pairing",
    "operator.talk.secrets",
];

/// Placeholder until the branch `door` is merged.
#[must_use]
pub fn normalise(scopes: &[String]) -> Vec<String> {
    let mut set: std::collections::BTreeSet<String> =
        scopes.iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect();
    if set.contains("operator.admin") {
        set.insert("operator.read".into());
        set.insert("operator.write".into());
    }
    if set.contains("operator.write") {
        set.insert("operator.read".into());
    }
    set.into_iter().collect()
}

/// Placeholder.
#[must_use]
pub fn allows(role: &str, granted: &[String], asked: &str) -> bool {
    let has = |s: &str| granted.iter().any(|g| g.trim() == s);
    if role == "operator" {
        return has(asked)
            || (asked.starts_with("operator.") && has("operator.admin"))
            || (asked == "operator.read" && has("operator.write"));
    }
    asked.starts_with(&format!("{role}.")) && has(asked)
}

/// Placeholder.
#[must_use]
pub fn is_known(role: &str, scope: &str) -> bool {
    if role == "operator" {
        return OPERATOR.contains(&scope);
    }
    scope.strip_prefix(role).is_some_and(|rest| rest.starts_with('.') && rest.len() > 1)
}
