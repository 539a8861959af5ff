//! Reads what the mock saw, and what a whole answer of it is.

use std::borrow::Cow;
use std::time::Duration;

use crate::chat::{Response, ToolCall};
use crate::dialect::{self, view};
use crate::mock::MockCase;
use crate::moment::Moment;
use crate::recording::timeline::Act;
use crate::recording::{HttpExchange, RequestBytes, Side, Stage, Timed, TransportEvent};

/// A mock that said nothing for so long before the subject left was silent on purpose.
const SILENCE: Duration = Duration::from_secs(1);

/// An exchange at the wall as diagnosis reads it: whoever tells no deadlines has some all the
/// same, and its leaving a silent mock was one of them. `closing` is when the case was over.
#[must_use]
pub fn as_seen(exchange: &HttpExchange, closing: Moment) -> Cow<'_, HttpExchange> {
    let left = match exchange.end() {
        None => closing,
        Some(end) if end.what == TransportEvent::Cancelled => end.at,
        Some(_) => return Cow::Borrowed(exchange),
    };
    let Some(dialect) = dialect::by_id(&exchange.dialect) else { return Cow::Borrowed(exchange) };
    let view = view(dialect, exchange);
    let stage = match (exchange.head(), view.first_content) {
        _ if view.ended => Stage::Drain,
        (None, _) => Stage::Headers,
        (Some(_), None) => Stage::FirstEvent,
        (Some(_), Some(_)) => Stage::InterEvent,
    };
    let spoke = match stage {
        Stage::Drain => exchange.chunks().last().map(|(at, _)| at),
        _ => view.last_content,
    };
    if left.since(spoke.unwrap_or(exchange.started)) < SILENCE {
        return Cow::Borrowed(exchange);
    }
    let mut seen = exchange.clone();
    if exchange.end().is_some() {
        seen.events.pop();
    }
    seen.events.push(Timed { at: left, what: TransportEvent::TimedOut(stage) });
    Cow::Owned(seen)
}

/// What a mock says when nothing is wrong, decoded.
#[must_use]
pub fn canonical(case: &MockCase, stream: bool) -> Response {
    let mut events = Vec::new();
    for act in case.timeline("model", stream).acts {
        let what = match act {
            Act::Head { head, .. } => TransportEvent::Head(head),
            Act::Body { bytes, .. } => TransportEvent::Bytes(bytes),
            _ => continue,
        };
        events.push(Timed { at: Moment::ZERO, what });
    }
    events.push(Timed { at: Moment::ZERO, what: TransportEvent::Eof { complete: true } });
    let exchange = HttpExchange {
        side: Side::Wall,
        attempt: 1,
        provider: case.about.provider.clone(),
        model: case.about.model.clone(),
        dialect: case.dialect.id().to_owned(),
        started: Moment::ZERO,
        request: RequestBytes::default(),
        events,
    };
    view(case.dialect, &exchange).response
}

/// Whether two answers say the same: the text, and the tool calls with their arguments as data.
#[must_use]
pub fn same_answer(one: &Response, other: &Response) -> bool {
    one.text() == other.text() && calls(one) == calls(other)
}

fn calls(response: &Response) -> Vec<(String, serde_json::Value)> {
    let data = |call: &ToolCall| {
        serde_json::from_str(&call.arguments).unwrap_or_else(|_| call.arguments.clone().into())
    };
    response.tool_calls().iter().map(|call| (call.name.clone(), data(call))).collect()
}
