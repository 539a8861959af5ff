//! Sets of scopes, small enough to be kept in every state.

use std::collections::BTreeSet;

use crate::gateway::scope;

/// Scopes, with what they imply. The six of an operator are bits; only others are words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Scopes {
    known: u8,
    others: BTreeSet<String>,
}

/// The bit of each of the six.
fn bit(name: &str) -> Option<u8> {
    scope::OPERATOR.iter().position(|known| *known == name).map(|place| 1 << place)
}

impl Scopes {
    /// Of a list, in the form in which lists are compared (`scope::normalise`).
    #[must_use]
    pub fn of(list: &[String]) -> Self {
        let mut set = Self::default();
        for name in list.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            match bit(name) {
                Some(bit) => set.known |= bit | implied(name),
                None => _ = set.others.insert(name.to_owned()),
            }
        }
        set
    }

    /// Whether a scope is in it.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        bit(name).map_or_else(|| self.others.contains(name), |bit| self.known & bit != 0)
    }

    /// Adds all of another set.
    pub fn extend(&mut self, more: &Self) {
        self.known |= more.known;
        self.others.extend(more.others.iter().cloned());
    }

    /// The first scope that is not in the other set.
    #[must_use]
    pub fn first_beyond<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        let mut more =
            scope::OPERATOR.into_iter().filter(|name| self.contains(name) && !other.contains(name));
        more.next().or_else(|| self.others.difference(&other.others).next().map(String::as_str))
    }

    /// Whether all of them are in the other set.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.first_beyond(other).is_none()
    }

    /// All of them, as words.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        let known = scope::OPERATOR.into_iter().filter(|name| self.contains(name));
        known.chain(self.others.iter().map(String::as_str)).collect()
    }
}

/// The bits of what one of the six implies.
fn implied(name: &str) -> u8 {
    let bits = |names: &[&str]| names.iter().filter_map(|name| bit(name)).fold(0, |all, bit| all | bit);
    match name {
        scope::ADMIN => bits(&[scope::READ, scope::WRITE]),
        scope::WRITE => bits(&[scope::READ]),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_set_says_what_a_normalised_list_says() {
        let lists: [&[&str]; 6] = [
            &[],
            &[scope::ADMIN, scope::PAIRING],
            &[scope::WRITE, " operator.write ", ""],
            &["node.run", scope::READ],
            &["operator.later", "a.b"],
            &scope::OPERATOR,
        ];
        for list in lists {
            let mut words: Vec<String> =
                Scopes::of(&owned(list)).words().into_iter().map(str::to_owned).collect();
            words.sort();
            assert_eq!(words, scope::normalise(list), "{list:?}");
        }
    }

    #[test]
    fn what_goes_beyond_is_found() {
        let set = |list: &[&str]| Scopes::of(&owned(list));
        assert_eq!(set(&[scope::ADMIN]).first_beyond(&set(&[scope::WRITE])), Some(scope::ADMIN));
        assert_eq!(set(&[scope::WRITE]).first_beyond(&set(&[scope::ADMIN])), None);
        assert_eq!(set(&["a.b", scope::READ]).first_beyond(&set(&[scope::READ])), Some("a.b"));
    }
}
