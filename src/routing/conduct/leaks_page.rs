//! A provider's web page is passed on as the error message.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::fault::Card;
use crate::routing::failure::Failure;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M14",
        name: "leaks-page",
        about: "a provider's web page is passed on as the error message",
        source: "seen: https://github.com/perplexityai/api-discussion/issues/284",
        ought: "tell status and cause in words of its own",
        example: "provoke run --mutant leaks-page",
        ..MUTANT
    },
    conduct: &LeaksPage,
    provoked_by: &[Provocation::alone("html-page"), Provocation::alone("bad-gateway-html")],
    caught_by: &["error.clean"],
    why: "",
};

#[derive(Debug)]
struct LeaksPage;

impl Conduct for LeaksPage {
    fn takes(&self, failure: Failure) -> Option<Failure> {
        let page = String::from_utf8_lossy(&failure.excerpt).into_owned();
        let message = if page.is_empty() { failure.message } else { page };
        Some(Failure { message, ..failure })
    }
}
