//! The small pieces that several parts show: evidence, states, verdicts.

use super::escape::Markup;
use crate::report::telling::place;
use crate::verdict::{Evidence, Observed, State, Verdict};

/// Pieces of evidence that are shown of one thing.
const EVIDENCE_MAX: usize = 6;

/// Pieces of evidence, each once.
pub(super) fn list<'a>(m: &mut Markup, evidence: impl Iterator<Item = &'a Evidence>) {
    let mut distinct: Vec<&Evidence> = Vec::new();
    for piece in evidence {
        if !distinct.contains(&piece) {
            distinct.push(piece);
        }
    }
    if distinct.is_empty() {
        return;
    }
    m.tag("ul", &[("class", "evidence")], |m| {
        for piece in distinct.iter().take(EVIDENCE_MAX) {
            m.tag("li", &[], |m| {
                m.words("code", "", &piece.text);
                let place = place(piece);
                if !place.is_empty() {
                    m.raw(" ");
                    m.words("span", "faint", &place);
                }
            });
        }
        if distinct.len() > EVIDENCE_MAX {
            m.words("li", "faint", &format!("and {} more", distinct.len() - EVIDENCE_MAX));
        }
    });
}

/// What was observed, with its colour and its cause.
pub(super) fn observed(m: &mut Markup, observed: Option<&Observed>) {
    let Some(observed) = observed else {
        m.words("span", "faint", "nothing ran");
        return;
    };
    state(m, observed.state, observed.state.name());
    if let Some(cause) = &observed.cause {
        m.raw(" ");
        m.words("code", "", cause);
    }
}

/// Something about a state, in its colour.
pub(super) fn state(m: &mut Markup, state: State, text: &str) {
    m.tag("span", &[("class", &format!("state {}", state.name()))], |m| m.text(text));
}

/// A verdict: a tick with its word for those who hear it, a word for everything else.
pub(super) fn verdict(m: &mut Markup, verdict: Verdict) {
    m.tag("span", &[("class", &format!("verdict {}", verdict.name()))], |m| match verdict {
        Verdict::Pass => m.raw("<span aria-hidden=\"true\">✓</span><i>pass</i>"),
        other => m.text(other.name()),
    });
}
