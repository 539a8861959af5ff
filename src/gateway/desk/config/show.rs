//! `config.get`.

use serde_json::{Value, json};

use crate::config::{Examined, examine, parse};
use crate::problem::Problem;
use crate::recording::Redactor;

use super::redact::{knowing, redact};
use super::{File, Scene, hash};

/// The payload. Every branch shows the same: the file as it is written, without defaults, its
/// variables not filled in and its secrets hidden.
pub(super) fn get(file: File<'_>, scene: &Scene<'_>) -> Value {
    let text = file.bytes.map(|bytes| std::str::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned()));
    let read = match text {
        None => Ok(("", json!({}))),
        Some(Ok(text)) => parse(text, file.path).map(|config| (text, config)).map_err(|error| error.0),
        Some(Err(message)) => Err(Problem::new(message).in_file(file.path)),
    };
    let (raw, config, examined, told) = match &read {
        Ok((text, config)) => {
            let (shown, hidden) = redact(config, scene.env, scene.redactor, scene.secrets);
            let told = knowing(config, scene.env, scene.redactor, scene.secrets);
            // Comments too may hold a secret.
            let raw = Some(*text).filter(|text| !hidden && file.bytes.is_some() && told.text(text) == *text);
            let examined =
                if text.is_empty() { Ok(Examined::default()) } else { examine(text, file.path, scene.env) };
            (raw, shown, examined.unwrap_or_default(), told)
        }
        // What cannot be read cannot be redacted: nothing of it is shown.
        Err(problem) => {
            let examined = Examined { issues: vec![problem.clone()], warnings: Vec::new() };
            (None, json!({}), examined, scene.redactor.knowing(scene.secrets.iter().cloned()))
        }
    };
    json!({
        "path": file.path,
        "exists": file.bytes.is_some(),
        "raw": raw,
        "parsed": config,
        "sourceConfig": config,
        "resolved": config,
        "valid": examined.issues.is_empty(),
        "runtimeConfig": config,
        "config": config,
        "hash": hash(file.bytes.unwrap_or_default()),
        "issues": issues(&examined.issues, &told),
        "warnings": issues(&examined.warnings, &told),
        "legacyIssues": [],
    })
}

/// Problems as OpenClaw lists them. They show no secret.
pub(super) fn issues(problems: &[Problem], redactor: &Redactor) -> Value {
    let issue = |problem: &Problem| {
        let path = problem.place.path.as_deref().unwrap_or_default();
        let mut message = problem.message.clone();
        if let Some(hint) = &problem.hint {
            message.push_str("; ");
            message.push_str(hint);
        }
        json!({"path": redactor.text(path), "message": redactor.text(&message)})
    };
    problems.iter().map(issue).collect()
}
