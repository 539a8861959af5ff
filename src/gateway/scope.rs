//! Scopes: what a role may do, and what one scope says about another.
//!
//! Source: OpenClaw gateway protocol 3, as measured on 2026.4.12.

use std::collections::BTreeSet;

/// Everything that an operator may do.
pub const ADMIN: &str = "operator.admin";
/// To look.
pub const READ: &str = "operator.read";
/// To act.
pub const WRITE: &str = "operator.write";
/// To decide about commands that wait for somebody.
pub const APPROVALS: &str = "operator.approvals";
/// To let devices in and out.
pub const PAIRING: &str = "operator.pairing";
/// To read the secrets of voice services.
pub const TALK_SECRETS: &str = "operator.talk.secrets";

/// The scopes of an operator, in the order in which the stock CLI asks for them.
pub const OPERATOR: [&str; 6] = [ADMIN, READ, WRITE, APPROVALS, PAIRING, TALK_SECRETS];

/// The role of people and their tools.
pub const ROLE_OPERATOR: &str = "operator";
/// The role of machines that run commands for the gateway.
pub const ROLE_NODE: &str = "node";

/// What begins every scope of an operator.
const OPERATOR_PREFIX: &str = "operator.";

/// Whether a grant covers all that is asked.
///
/// An empty ask is always covered. For operators, admin covers whatever begins with `operator.`
/// and write covers read. For other roles a scope must begin with the role's name and be listed.
/// Both lists are taken as they come: spaces and repetitions do not matter.
#[must_use]
pub fn allows<G: AsRef<str>, A: AsRef<str>>(role: &str, granted: &[G], asked: &[A]) -> bool {
    asked.iter().all(|scope| covers(role, granted, scope.as_ref().trim()))
}

/// Whether a grant covers one scope.
fn covers<G: AsRef<str>>(role: &str, granted: &[G], scope: &str) -> bool {
    if scope.is_empty() {
        return true;
    }
    let has = |wanted: &str| granted.iter().any(|given| given.as_ref().trim() == wanted);
    if role != ROLE_OPERATOR {
        return belongs(role, scope) && has(scope);
    }
    (scope.starts_with(OPERATOR_PREFIX) && has(ADMIN)) || has(scope) || (scope == READ && has(WRITE))
}

/// Whether a scope stands under a role: `node.run` under `node`. It is one word: signatures join
/// scopes by commas and stand between bars, and a line of the log between spaces.
fn belongs(role: &str, scope: &str) -> bool {
    let is_part = |c: char| c.is_ascii_graphic() && !matches!(c, ',' | '|');
    scope.strip_prefix(role).is_some_and(|rest| rest.starts_with('.') && rest.chars().all(is_part))
}

/// The scopes in the form in which they are compared and shown: trimmed, without repetitions and
/// empty ones, with what they imply (admin: read and write; write: read), sorted.
#[must_use]
pub fn normalise<S: AsRef<str>>(scopes: &[S]) -> Vec<String> {
    let mut set: BTreeSet<&str> =
        scopes.iter().map(|scope| scope.as_ref().trim()).filter(|scope| !scope.is_empty()).collect();
    if set.contains(ADMIN) {
        set.extend([READ, WRITE]);
    } else if set.contains(WRITE) {
        set.insert(READ);
    }
    set.into_iter().map(str::to_owned).collect()
}

/// Whether a role can have a scope at all: one of the six for an operator, `<role>.…` for others.
///
/// The original stores and grants whatever it is asked for.
#[must_use]
pub fn is_known(role: &str, scope: &str) -> bool {
    let scope = scope.trim();
    if role == ROLE_OPERATOR {
        OPERATOR.contains(&scope)
    } else {
        scope.len() > role.len() + 1 && belongs(role, scope)
    }
}

/// The scopes that a role cannot have, in the order in which they were asked.
#[must_use]
pub fn unknown<S: AsRef<str>>(role: &str, asked: &[S]) -> Vec<String> {
    let strange = |scope: &&str| !scope.trim().is_empty() && !is_known(role, scope);
    asked.iter().map(AsRef::as_ref).filter(strange).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_grant_covers() {
        let cases: [(&str, &[&str], &[&str], bool); 17] = [
            (ROLE_OPERATOR, &[], &[], true),
            (ROLE_OPERATOR, &[], &[READ], false),
            (ROLE_OPERATOR, &[READ], &[READ], true),
            (ROLE_OPERATOR, &[READ], &[WRITE], false),
            (ROLE_OPERATOR, &[WRITE], &[READ], true),
            (ROLE_OPERATOR, &[WRITE], &[READ, WRITE], true),
            (ROLE_OPERATOR, &[WRITE], &[APPROVALS], false),
            (ROLE_OPERATOR, &[ADMIN], &OPERATOR, true),
            (ROLE_OPERATOR, &[ADMIN], &["operator.later"], true),
            (ROLE_OPERATOR, &[ADMIN], &["foo.bar"], false),
            (ROLE_OPERATOR, &["foo.bar"], &["foo.bar"], true),
            (ROLE_OPERATOR, &[" operator.read "], &["operator.read ", READ], true),
            (ROLE_NODE, &["node.run"], &["node.run"], true),
            (ROLE_NODE, &["node.run"], &["node.see"], false),
            (ROLE_NODE, &[READ], &[READ], false),
            (ROLE_NODE, &[ADMIN], &["node.run"], false),
            (ROLE_NODE, &["nodes.run"], &["nodes.run"], false),
        ];
        for (role, granted, asked, wanted) in cases {
            assert_eq!(allows(role, granted, asked), wanted, "{role} {granted:?} {asked:?}");
        }
    }

    #[test]
    fn scopes_have_one_form() {
        assert_eq!(normalise(&[ADMIN, " operator.pairing"]), [ADMIN, PAIRING, READ, WRITE]);
        assert_eq!(normalise(&[WRITE, WRITE, "", " "]), [READ, WRITE]);
        assert_eq!(normalise(&[TALK_SECRETS, APPROVALS]), [APPROVALS, TALK_SECRETS]);
        assert_eq!(normalise::<&str>(&[]), Vec::<String>::new());
    }

    #[test]
    fn what_a_role_can_have() {
        assert!(OPERATOR.iter().all(|scope| is_known(ROLE_OPERATOR, scope)));
        assert!(is_known(ROLE_NODE, "node.run"));
        for (role, scope) in [
            (ROLE_OPERATOR, "operator.bogus"),
            (ROLE_OPERATOR, "foo.bar"),
            (ROLE_OPERATOR, ""),
            (ROLE_NODE, READ),
            (ROLE_NODE, "node."),
            (ROLE_NODE, "node"),
            (ROLE_NODE, "node.run,node.see"),
            (ROLE_NODE, "node.run|1"),
            (ROLE_NODE, "node.run client=cli"),
            (ROLE_NODE, "node.run\nnode.see"),
            (ROLE_NODE, "node.r\u{fc}n"),
        ] {
            assert!(!is_known(role, scope), "{role} {scope}");
        }
        assert_eq!(unknown(ROLE_OPERATOR, &[READ, "b.c", "operator.x", ""]), ["b.c", "operator.x"]);
    }
}
