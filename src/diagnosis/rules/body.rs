//! Success was told, and what came is no stream.

use super::Rule;
use super::status::{cause_of, said};
use crate::diagnosis::Scene;
use crate::dialect::Framing;
use crate::mock::MockCase;
use crate::routing::{classify_error, content_coding, is_bot_check};
use crate::verdict::{Confidence, Finding};

pub(super) struct Body;

impl Rule for Body {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        let status = scene.status().filter(|_| scene.ok())?;
        if let Some(coding) = scene.exchange.head().and_then(content_coding) {
            let message = format!("HTTP {status} with a body in {coding}, which was not asked for");
            return Some(scene.finding("stream.content-encoding", Confidence::Certain, message));
        }
        let streamed = MockCase::wants_stream(&scene.exchange.request);
        let own = scene.dialect.stream_framings();
        match scene.view.framing {
            Framing::Html if is_bot_check(&scene.exchange.body()) => Some(scene.finding(
                "cdn.bot-check",
                Confidence::High,
                format!("HTTP {status} with a page that checks whether a person asks"),
            )),
            Framing::Html => Some(scene.finding(
                "route.html-instead-of-api",
                Confidence::High,
                format!("HTTP {status} with a web page in place of an answer"),
            )),
            Framing::Json => {
                if let Some(error) = &scene.view.error {
                    let (cause, confidence) = cause_of(classify_error(status, error), Some(error));
                    let message = format!("HTTP {status} with an error in its body: {}", said(error));
                    return Some(scene.finding(cause, confidence, message));
                }
                let answered = scene.view.response.finish.is_some() || !scene.view.response.parts.is_empty();
                if !answered {
                    let message = format!("HTTP {status} with JSON that is no answer");
                    return Some(scene.finding("stream.malformed-record", Confidence::High, message));
                }
                streamed.then(|| {
                    let message = "a stream was asked for and one JSON document came";
                    scene.finding("stream.wrong-framing", Confidence::Certain, message)
                })
            }
            Framing::Empty => None,
            framing if framing.of_stream().is_none_or(|framing| !own.contains(&framing)) => {
                Some(scene.finding(
                    "stream.malformed-record",
                    Confidence::Medium,
                    format!("HTTP {status} with a body that is no answer of {}", scene.dialect.id()),
                ))
            }
            _ if !streamed && scene.asked().is_object() => {
                let message = "one JSON document was asked for and a stream came";
                Some(scene.finding("stream.wrong-framing", Confidence::Certain, message))
            }
            _ => None,
        }
    }
}
