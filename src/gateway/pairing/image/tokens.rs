//! Whose a token in `paired.json` is.

use crate::gateway::scope;

use super::super::book::{Book, Origin, ServerKey, Token};
use super::super::token::{derive, hash_of};

/// Epochs beyond the last known that are tried, for a folder whose `provoke.json` was lost.
const EPOCHS_AHEAD: u64 = 8;
/// Epochs before the last known that are tried: a backup may bring such a token back.
const EPOCHS_BACK: u64 = 64;

/// Whose a token is that somebody put into the file.
pub(super) enum Whose {
    /// Somebody else's.
    Foreign,
    /// Ours and lost with our memory of it: the epoch.
    Recovered(u64),
    /// Ours and dead: it was rotated away, or its device was removed.
    Dead,
}

/// Whose a token of the file is, where it is not the one in the book.
pub(super) fn whose(book: &Book, key: &ServerKey, id: &str, role: &str, token: &Token) -> Whose {
    let Origin::Foreign(stands) = &token.origin else { return Whose::Foreign };
    let last = book.epochs.get(id).and_then(|roles| roles.get(role)).copied().unwrap_or(0);
    for epoch in last.saturating_sub(EPOCHS_BACK).max(1)..=last.saturating_add(EPOCHS_AHEAD) {
        let ours = derive(key, id, role, epoch);
        if ours == *stands || hash_of(ours.expose()) == stands.expose() {
            return if epoch > last { Whose::Recovered(epoch) } else { Whose::Dead };
        }
    }
    Whose::Foreign
}

/// A token of a device that is taken over, if it is good for anything.
pub(super) fn taken_over(
    book: &mut Book,
    key: &ServerKey,
    id: &str,
    role: &str,
    mut token: Token,
) -> Option<Token> {
    match whose(book, key, id, role, &token) {
        Whose::Dead => return None,
        Whose::Foreign => {}
        Whose::Recovered(epoch) => {
            book.epochs.entry(id.to_owned()).or_default().insert(role.to_owned(), epoch);
            token.hash = hash_of(derive(key, id, role, epoch).expose());
            token.origin = Origin::Ours { epoch };
        }
    }
    token.scopes = scope::normalise(&token.scopes);
    Some(token)
}
