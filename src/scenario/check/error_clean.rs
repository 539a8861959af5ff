//! An error is told in words, not by passing a page on.

use super::{Check, CheckScene, Failed};

pub(super) struct ErrorClean;

impl Check for ErrorClean {
    fn id(&self) -> &'static str {
        "error.clean"
    }

    fn claim(&self) -> &'static str {
        "The error that the caller gets is a sentence: no web page, no control characters, not longer than 2,000 characters."
    }

    fn example(&self) -> &'static str {
        "leaks-page"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        const MESSAGE_MAX: usize = 2000;
        let message = &scene.caller?.error.as_ref()?.message;
        let lower = message.to_ascii_lowercase();
        let page = ["<html", "<!doctype", "<head", "<body"].iter().any(|tag| lower.contains(tag));
        let control = message.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'));
        let problem = if page {
            "the error message holds a web page"
        } else if control {
            "the error message holds control characters"
        } else if message.chars().count() > MESSAGE_MAX {
            "the error message is longer than anybody reads"
        } else {
            return Some(Ok("a sentence".to_owned()));
        };
        let start: String = message.chars().take(200).collect();
        Some(Err(Failed::new(problem).shown(0, start.escape_debug().to_string())))
    }
}
