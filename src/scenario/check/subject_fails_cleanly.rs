//! When the provider fails, a foreign subject rescues the turn or says so.

use super::{Check, CheckScene, Failed, asks};
use crate::chat::Response;
use crate::dialect::{self, Framing, View, view};
use crate::mock::MockCase;
use crate::recording::{HttpExchange, Stage, TransportEvent};
use crate::routing::content_coding;
use crate::scenario::foreign::{canonical, same_answer};
use crate::verdict::State;

pub(super) struct SubjectFailsCleanly;

impl Check for SubjectFailsCleanly {
    fn id(&self) -> &'static str {
        "subject.fails-cleanly"
    }

    fn claim(&self) -> &'static str {
        "When a provider fails, the caller of a foreign subject gets a whole answer or an error in its dialect: never a cut or empty success, never both."
    }

    fn example(&self) -> &'static str {
        "truncated"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let exchange = scene.recording.caller()?;
        let waits = scene.plan.caller.leaves.is_none();
        let failed = scene.observed.state != State::Healthy && scene.recording.wall().next().is_some();
        if scene.outcome.is_some() || !waits || !failed {
            return None;
        }
        // Whoever hung is told so by `turn.bounded`.
        if matches!(exchange.end()?.what, TransportEvent::TimedOut(stage) if stage != Stage::Drain) {
            return None;
        }
        let caller = scene.caller?;
        // A coding that is told is the provider's, and a caller that knows it reads on.
        if let Some(coding) = exchange.head().and_then(content_coding) {
            return Some(Ok(format!("passed on: the provider's own {coding}, and the head tells it")));
        }
        Some(match (&caller.error, &caller.response.finish) {
            (Some(error), Some(finish)) => Err(Failed::new("the caller was told a success and an error")
                .shown(0, format!("finish reason `{}`", finish.raw))
                .shown(0, format!("error: {}", error.message))),
            (None, Some(_)) => success(scene, caller),
            (Some(_), None) => error(exchange, caller),
            (None, None) => silence(exchange, caller),
        })
    }
}

/// The caller was told a success: it is a whole answer, or the provider's own word.
fn success(scene: &CheckScene<'_>, caller: &View) -> Result<String, Failed> {
    for exchange in scene.recording.wall() {
        let whole = |case: &MockCase| canonical(case, scene.plan.request.stream);
        let said = mock_of(scene, exchange).map(whole);
        if exchange.head().is_some_and(|head| head.status < 400)
            && said.is_some_and(|said| same_answer(&caller.response, &said))
        {
            return Ok(format!("rescued: the whole answer of {}/{}", exchange.provider, exchange.model));
        }
        if own_word(exchange).is_some_and(|said| same_answer(&caller.response, &said)) {
            return Ok("passed on: the provider itself ended the answer so, in good order".to_owned());
        }
    }
    let characters = caller.response.text().chars().count();
    let finish = caller.response.finish.as_ref().map_or("", |finish| finish.raw.as_str());
    Err(Failed::new("the caller was told a success, and the answer is not whole")
        .shown(0, format!("{characters} characters, finish reason `{finish}`: {:?}", caller.response.text())))
}

fn mock_of<'a>(scene: &CheckScene<'a>, exchange: &HttpExchange) -> Option<&'a MockCase> {
    let place = scene.cell.candidates.iter().position(|candidate| asks(exchange, candidate))?;
    let target = scene.plan.targets.get(*scene.cell.targets.get(place)?)?;
    Some(&target.case)
}

/// What a provider said, where it ended in good order.
fn own_word(exchange: &HttpExchange) -> Option<Response> {
    let view = view(dialect::by_id(&exchange.dialect)?, exchange);
    let whole = view.ended && view.error.is_none() && view.response.finish.is_some();
    whole.then_some(view.response)
}

/// The caller was told an error: it must be one of its dialect.
fn error(exchange: &HttpExchange, caller: &View) -> Result<String, Failed> {
    let status = exchange.head().map_or(0, |head| head.status);
    let spoken = match caller.framing {
        Framing::Sse => true,
        Framing::Json => dialect::by_id(&exchange.dialect)
            .is_some_and(|dialect| dialect.decode_error(&exchange.body()).is_some()),
        _ => false,
    };
    let message = caller.error.as_ref().map(|error| error.message.clone()).unwrap_or_default();
    let message: String = message.chars().take(200).collect();
    if spoken {
        return Ok(format!("safe: not rescued, told an error (HTTP {status}): {message}"));
    }
    let what = format!("HTTP {status} with {}, which is no error of its dialect", caller.framing.name());
    Err(Failed::new(format!("the caller got {what}")).shown(0, message))
}

/// The caller was told neither: a broken connection is loud, anything else is silent.
fn silence(exchange: &HttpExchange, caller: &View) -> Result<String, Failed> {
    let status = exchange.head().map_or(0, |head| head.status);
    match exchange.end().map(|end| &end.what) {
        Some(
            TransportEvent::Reset | TransportEvent::Eof { complete: false } | TransportEvent::Malformed(_),
        ) => Ok("safe: not rescued, the connection to the caller broke, which clients report".to_owned()),
        Some(TransportEvent::Refused) => Err(Failed::new("the subject takes no connections any more")),
        _ if status >= 400 => Err(Failed::new(format!("HTTP {status} without an error of the dialect"))
            .shown(0, format!("{} bytes, {}", exchange.body().len(), caller.framing.name()))),
        _ => {
            let characters = caller.response.text().chars().count();
            let message = if characters == 0 && caller.response.tool_calls().is_empty() {
                "the answer ended in good order with nothing in it, no finish reason and no error"
            } else {
                "the answer ended in good order with no finish reason and no error: nobody can tell that it was cut"
            };
            Err(Failed::new(message).shown(0, format!("HTTP {status}, {characters} characters")))
        }
    }
}
