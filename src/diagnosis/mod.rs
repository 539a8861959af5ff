//! Diagnosis: from what crossed the wire to cause, blame, confidence and fix.
//!
//! A rule reads one exchange, as raw bytes and as its decoded view, and never
//! what the router thought of it: so the two can be held against each other.

pub mod causes;
mod rules;
mod schema;
mod turn;

pub use causes::Cause;
pub use turn::{masked_primary, no_model, observed_of};

use crate::dialect::{Dialect, View};
use crate::recording::{HttpExchange, Stage, TransportEvent};
use crate::verdict::{Confidence, Evidence, Finding};

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The exchange.
    pub exchange: &'a HttpExchange,
    /// Its decoded view.
    pub view: &'a View,
    /// The dialect it should be in.
    pub dialect: &'static dyn Dialect,
}

/// One family of causes.
pub(crate) trait Rule: Sync {
    /// What the exchange shows of this family.
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding>;
}

/// What an exchange shows, the most important finding first; nothing when it is healthy.
#[must_use]
pub fn examine(scene: &Scene<'_>) -> Vec<Finding> {
    rules::ALL.iter().filter_map(|rule| rule.examine(scene)).collect()
}

impl Scene<'_> {
    /// The status, where an answer came.
    pub(crate) fn status(&self) -> Option<u16> {
        self.exchange.head().map(|head| head.status)
    }

    /// Whether the status promises an answer.
    pub(crate) fn ok(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status))
    }

    /// The request's JSON; null where it is none.
    pub(crate) fn asked(&self) -> serde_json::Value {
        serde_json::from_slice(&self.exchange.request.body).unwrap_or_default()
    }

    /// How the exchange ended.
    pub(crate) fn end(&self) -> Option<&TransportEvent> {
        self.exchange.end().map(|end| &end.what)
    }

    /// Status, content type and length on one line: the evidence that people ask for first.
    pub(crate) fn outline(&self) -> String {
        let Some(head) = self.exchange.head() else { return "no status line".to_owned() };
        let content_type = head.header("content-type").unwrap_or("absent");
        let outline = format!("HTTP {}, content-type {content_type}", head.status);
        if matches!(self.end(), Some(TransportEvent::TimedOut(stage)) if *stage != Stage::Drain) {
            // How many keep-alives came before our deadline is a matter of pace, not evidence.
            let pieces = self.view.events.iter().filter(|(_, event)| event.is_content()).count();
            return match pieces {
                0 => format!("{outline}, no content until the deadline"),
                1 => format!("{outline}, 1 piece of content, then none until the deadline"),
                many => format!("{outline}, {many} pieces of content, then none until the deadline"),
            };
        }
        let length = self.exchange.body().len();
        let events = match self.view.n_events {
            0 => String::new(),
            1 => ", 1 event".to_owned(),
            many => format!(", {many} events"),
        };
        format!("{outline}, {length} bytes{events}")
    }

    /// A finding from the catalogue, shown by this exchange.
    pub(crate) fn finding(
        &self,
        cause: &'static str,
        confidence: Confidence,
        message: impl Into<String>,
    ) -> Finding {
        let cause = causes::known(cause);
        let mut evidence = vec![Evidence::of(self.exchange.attempt, self.outline())];
        let body = self.exchange.body();
        if !body.is_empty() && self.view.n_events == 0 {
            evidence.push(Evidence::of(self.exchange.attempt, format!("body: {}", clip(&body))));
        }
        Finding {
            cause: cause.id.to_owned(),
            blame: cause.blame,
            confidence,
            message: message.into(),
            evidence,
            fix: cause.fix.iter().map(|step| (*step).to_owned()).collect(),
        }
    }
}

/// The beginning of a body on one line.
pub(crate) fn clip(body: &[u8]) -> String {
    const CLIP: usize = 200;
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * CLIP)]);
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut line: String = flat.chars().filter(|c| !c.is_control()).take(CLIP).collect();
    if line.chars().count() == CLIP {
        line.push('…');
    }
    line
}
