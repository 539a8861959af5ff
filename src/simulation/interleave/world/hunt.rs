//! Approving by the device: look, approve the newest request of the device, and where that is gone by then
//! look again.
//!
//! What may be approved in the place of what was shown, says the machine behind
//! `provoke devices approve --device`. That one hears of a new request where this one looks, and goes on
//! for its time; to tell what can come in between, a few tries are enough.

use super::outcome::{Outcome, Shown};
use super::runner::Errand;
use crate::gateway::client::approval::beyond;

/// Approvals that one such act tries at most.
pub const TRIES_MAX: u8 = 3;

/// How far somebody is with approving by the device.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Hunt {
    /// What was shown first, by a look before the act or by its own: this may be approved, and nothing beyond.
    first: Option<Shown>,
    /// Approvals that found their request gone.
    vain: u8,
}

/// What is done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It approves this; `first`: nothing was shown before it.
    Approve {
        /// The request, as the look showed it.
        shown: Shown,
        /// Whether it is what was shown first.
        first: bool,
    },
    /// It looks again.
    Look,
    /// It is over.
    Over(End),
}

/// How approving by the device comes to its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum End {
    /// A request was approved.
    Approved,
    /// No request of the device waits.
    Nothing,
    /// What waits asks for more than was shown: the newest, and what it asks beyond.
    Beyond(Shown, Vec<String>),
    /// Each time the request was gone.
    Tired,
    /// There was no answer, or another refusal.
    Failed,
}

impl Hunt {
    /// Of somebody who has been shown this before, or nothing of the device yet.
    #[must_use]
    pub const fn after(first: Option<Shown>) -> Self {
        Self { first, vain: 0 }
    }

    /// How often it has begun anew, so that each round has chance of its own.
    #[must_use]
    pub const fn round(&self) -> u8 {
        self.vain
    }

    /// What is done after an answer. `heedless`: whatever waits is approved.
    pub fn heard(&mut self, device: &str, errand: Errand, outcome: &Outcome, heedless: bool) -> Next {
        match (errand, outcome) {
            (Errand::Look, Outcome::Listed(list)) => self.looked(device, list, heedless),
            (Errand::Act, Outcome::Done { .. }) => Next::Over(End::Approved),
            (Errand::Act, Outcome::Refused { message, .. }) if message.contains("unknown requestId") => {
                self.vain += 1;
                if self.vain < TRIES_MAX { Next::Look } else { Next::Over(End::Tired) }
            }
            _ => Next::Over(End::Failed),
        }
    }

    fn looked(&mut self, device: &str, list: &[Shown], heedless: bool) -> Next {
        let waits = || list.iter().filter(|shown| shown.device == device);
        let Some(newest) = waits().next() else { return Next::Over(End::Nothing) };
        let Some(first) = &self.first else {
            self.first = Some(newest.clone());
            return Next::Approve { shown: newest.clone(), first: true };
        };
        let fits = |shown: &&Shown| heedless || first.lacks(shown).is_empty();
        match waits().find(fits) {
            Some(shown) => Next::Approve { shown: shown.clone(), first: false },
            None => Next::Over(End::Beyond(newest.clone(), first.lacks(newest))),
        }
    }
}

impl Shown {
    /// What another request asks for beyond this one.
    fn lacks(&self, other: &Self) -> Vec<String> {
        let role = std::slice::from_ref;
        beyond((role(&other.role), &other.scopes), (role(&self.role), &self.scopes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(id: &str, role: &str, scopes: &[&str]) -> Shown {
        Shown {
            id: id.to_owned(),
            device: "laptop".to_owned(),
            role: role.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        }
    }

    fn gone() -> Outcome {
        Outcome::Refused { message: "unknown requestId".to_owned(), pairing: false, request_id: None }
    }

    fn look(hunt: &mut Hunt, list: &[Shown], heedless: bool) -> Next {
        hunt.heard("laptop", Errand::Look, &Outcome::Listed(list.to_vec()), heedless)
    }

    /// A hunt that was shown a request, and found it gone.
    fn behind(role: &str, scopes: &[&str]) -> Hunt {
        let mut hunt = Hunt::default();
        let first = shown("r1", role, scopes);
        let next =
            look(&mut hunt, &[Shown { device: "tablet".to_owned(), ..first.clone() }, first.clone()], false);
        assert_eq!(next, Next::Approve { shown: first, first: true });
        assert_eq!(hunt.heard("laptop", Errand::Act, &gone(), false), Next::Look);
        hunt
    }

    #[test]
    fn what_asks_no_more_is_approved_in_the_place_of_what_was_shown() {
        for (had, asks) in [
            (vec!["operator.approvals"], vec!["operator.approvals"]),
            (vec!["operator.approvals", "operator.write"], vec!["operator.read"]),
            (vec!["operator.admin"], vec!["operator.pairing"]),
            (vec!["operator.approvals"], vec![]),
        ] {
            let new = shown("r2", "operator", &asks);
            let next = look(&mut behind("operator", &had), std::slice::from_ref(&new), false);
            assert_eq!(next, Next::Approve { shown: new, first: false }, "{had:?} {asks:?}");
        }
    }

    #[test]
    fn what_asks_for_more_is_not_approved_and_one_beside_it_that_does_not_is() {
        for (role, asks, beyond) in [
            ("operator", vec!["operator.approvals", "operator.admin"], "operator.admin"),
            ("operator", vec!["operator.write"], "operator.write"),
            ("node", vec![], "role node"),
        ] {
            let new = shown("r2", role, &asks);
            let end = End::Beyond(new.clone(), vec![beyond.to_owned()]);
            let mut hunt = behind("operator", &["operator.approvals"]);
            assert_eq!(look(&mut hunt.clone(), std::slice::from_ref(&new), false), Next::Over(end));
            let heedless = look(&mut hunt.clone(), std::slice::from_ref(&new), true);
            assert_eq!(heedless, Next::Approve { shown: new.clone(), first: false });
            let narrow = shown("r3", "operator", &["operator.approvals"]);
            let next = look(&mut hunt, &[new, narrow.clone()], false);
            assert_eq!(next, Next::Approve { shown: narrow, first: false });
        }
    }

    #[test]
    fn it_comes_to_its_end() {
        let mut hunt = behind("operator", &["operator.approvals"]);
        for _ in 2..TRIES_MAX {
            assert!(matches!(look(&mut hunt, &[shown("r", "operator", &[])], false), Next::Approve { .. }));
            assert_eq!(hunt.heard("laptop", Errand::Act, &gone(), false), Next::Look);
        }
        assert!(matches!(look(&mut hunt, &[shown("r", "operator", &[])], false), Next::Approve { .. }));
        assert_eq!(hunt.heard("laptop", Errand::Act, &gone(), false), Next::Over(End::Tired));
        assert_eq!(look(&mut Hunt::default(), &[], false), Next::Over(End::Nothing));
        for errand in [Errand::Door, Errand::Look, Errand::Act] {
            let next = Hunt::default().heard("laptop", errand, &Outcome::Lost, false);
            assert_eq!(next, Next::Over(End::Failed));
        }
    }
}
