//! The usage that the provider told reaches the caller.

use super::{Check, CheckScene, Failed};

pub(super) struct UsageKept;

impl Check for UsageKept {
    fn id(&self) -> &'static str {
        "usage.kept"
    }

    fn claim(&self) -> &'static str {
        "Where provider and caller are told token counts, they are told the same ones."
    }

    fn example(&self) -> &'static str {
        "adds-usage-up"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let answer = scene.answer()?;
        let (told, got) = (answer.response.usage, scene.caller?.response.usage);
        // Dialects count cached tokens differently: counts are compared within one.
        if answer.dialect != scene.recording.caller()?.dialect {
            return None;
        }
        let fields = [("input", told.input, got.input), ("output", told.output, got.output)];
        let mut looked = false;
        for (name, told, got) in fields {
            let (Some(told), Some(got)) = (told, got) else { continue };
            looked = true;
            if told != got {
                let message = format!("the provider told {told} {name} tokens, the caller got {got}");
                return Some(Err(Failed::new(message).shown(answer.attempt, format!("{name}: {told}"))));
            }
        }
        looked.then(|| Ok("the same counts".to_owned()))
    }
}
