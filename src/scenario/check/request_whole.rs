//! Everything that the caller asks reaches the provider.

use super::{Check, CheckScene, Failed};
use crate::chat::{Part, Request};
use crate::dialect;

pub(super) struct RequestWhole;

impl Check for RequestWhole {
    fn id(&self) -> &'static str {
        "request.whole"
    }

    fn claim(&self) -> &'static str {
        "Every request at the wall holds the caller's words, instructions and tools."
    }

    fn example(&self) -> &'static str {
        "drops-tools"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let asked = &scene.plan.request;
        let mut looked = false;
        for exchange in scene.recording.wall() {
            let Some(dialect) = dialect::codec(&exchange.dialect) else { continue };
            let sent = dialect.decode_request(&exchange.request.body).value;
            let told = words(&sent);
            looked = true;
            let lost =
                words(asked).into_iter().find(|word| !told.iter().any(|told| told.contains(word.as_str())));
            let tool = asked.tools.iter().find(|tool| !sent.tools.iter().any(|sent| sent.name == tool.name));
            let message = match (lost, tool) {
                (Some(word), _) => format!("a request came without these words of the caller: {word:?}"),
                (None, Some(tool)) => format!("a request came without the tool `{}`", tool.name),
                (None, None) => continue,
            };
            return Some(Err(
                Failed::new(message).shown(exchange.attempt, format!("request {}", exchange.attempt))
            ));
        }
        looked.then(|| Ok("words, instructions and tools came whole".to_owned()))
    }
}

/// All text of a request: instructions and messages.
fn words(request: &Request) -> Vec<String> {
    let texts = request.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Text(text) => Some(text.clone()),
        _ => None,
    });
    request.system.iter().cloned().chain(texts).filter(|text| !text.is_empty()).collect()
}
