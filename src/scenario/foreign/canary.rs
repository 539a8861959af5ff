//! The canary: a token in the prompt, by which a request at the mock is known again.

use std::fmt;

use crate::seed::Seed;

/// What stands before the token.
const WORD: &[u8] = b"provoke-canary-";
/// The length of the token, in hexadecimal digits.
const DIGITS: usize = 16;

/// A token that is in one case's prompt and in no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Canary(u64);

impl Canary {
    /// The canary of a case; the seed must be new for every run, or a subject's cache knows it.
    #[must_use]
    pub fn of(seed: Seed, case: &str) -> Self {
        Self(seed.derive(case).0)
    }

    /// As it stands in a prompt.
    #[must_use]
    pub fn mark(&self) -> String {
        format!("\n[{self}]")
    }

    /// The last canary in a request's body, whatever shape the body has.
    #[must_use]
    pub fn find(body: &[u8]) -> Option<Self> {
        let place = body.windows(WORD.len()).rposition(|window| window == WORD)? + WORD.len();
        let digits = std::str::from_utf8(body.get(place..place + DIGITS)?).ok()?;
        u64::from_str_radix(digits, 16).ok().map(Self)
    }
}

impl fmt::Display for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:0DIGITS$x}", String::from_utf8_lossy(WORD), self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_found_again_behind_others_and_between_quotes() {
        let (old, new) = (Canary::of(Seed(1), "a"), Canary::of(Seed(1), "b"));
        let body = format!("{{\"messages\":[\"{}\",\"hi{}\"]}}", old.mark(), new.mark());
        assert_eq!(Canary::find(body.as_bytes()), Some(new));
        assert_eq!(Canary::find(b"provoke-canary-12"), None);
        assert_eq!(Canary::find("provoke-canary-\u{fc}23456789abcdefgh".as_bytes()), None);
        assert_eq!(Canary::find(b""), None);
    }

    proptest::proptest! {
        #![proptest_config(crate::chance::tries(256))]

        #[test]
        fn a_canary_is_found_in_whatever_stands_around_it(seed: u64, before: Vec<u8>, after: Vec<u8>) {
            let canary = Canary::of(Seed(seed), "case");
            let body = [before, canary.mark().into_bytes(), after].concat();
            proptest::prop_assert_eq!(Canary::find(&body), Some(canary));
            let _ = Canary::find(&body[body.len() / 2..]);
        }
    }
}
