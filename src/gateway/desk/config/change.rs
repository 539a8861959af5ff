//! `config.set`, `config.apply` and `config.patch`.

use serde_json::{Value, json};

use crate::config::{examine, parse};
use crate::gateway::frame::Refusal;

use super::merge::{differences, merge};
use super::redact::{MARK, knowing, redact};
use super::restore::restore;
use super::show::issues;
use super::{File, Scene, Settled, changed, hash, in_one_line};

/// The most issues that the words of a refusal name.
const ISSUES_TOLD: usize = 3;

/// Replaces the whole config.
pub(super) fn set(
    file: File<'_>,
    raw: &str,
    base: Option<&str>,
    scene: &Scene<'_>,
) -> Result<Settled, Refusal> {
    check_base(file, base)?;
    // A file that cannot be read may be replaced; then there is nothing to put back.
    let current = read(file).unwrap_or_else(|_| json!({}));
    let sent = parse(raw, "config").map_err(|error| Refusal::invalid(in_one_line(&error)))?;
    let next = put_back(&sent, &current, scene)?;
    // What needed nothing put back is kept to the letter, comments and all.
    let text = if next == sent { raw.to_owned() } else { written(&next) };
    validate(&text, &next, scene)?;
    Ok(settled(file, text, &current, &next, scene))
}

/// Merges a patch in.
pub(super) fn patch(
    file: File<'_>,
    raw: &str,
    base: Option<&str>,
    scene: &Scene<'_>,
) -> Result<Settled, Refusal> {
    check_base(file, base)?;
    let fix_first = || Refusal::invalid("invalid config; fix before patching");
    let current = read(file).map_err(|_| fix_first())?;
    if let Some(bytes) = file.bytes {
        let text = std::str::from_utf8(bytes).map_err(|_| fix_first())?;
        let examined = examine(text, file.path, scene.env).map_err(|_| fix_first())?;
        if !examined.issues.is_empty() {
            return Err(fix_first());
        }
    }
    let sent = parse(raw, "patch").map_err(|error| Refusal::invalid(in_one_line(&error)))?;
    if !sent.is_object() {
        return Err(Refusal::invalid("config.patch raw must be an object"));
    }
    let sent = put_back(&sent, &current, scene)?;
    let next = merge(Some(current.clone()), &sent);
    let text = written(&next);
    validate(&text, &next, scene)?;
    let mut settled = settled(file, text, &current, &next, scene);
    if file.bytes.is_some() && next == current {
        settled.write = None;
        settled.payload["noop"] = true.into();
    }
    Ok(settled)
}

/// Whether a change of this path shows only after a restart.
pub(super) fn needs_restart(path: &str) -> bool {
    const PATHS: [&str; 7] = [
        "gateway.port",
        "gateway.bind",
        "gateway.customBindHost",
        "gateway.tls",
        "gateway.mode",
        "logging",
        "env",
    ];
    let within =
        |start: &str| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    PATHS.into_iter().any(within) || path.is_empty() || path == "gateway"
}

fn check_base(file: File<'_>, base: Option<&str>) -> Result<(), Refusal> {
    let Some(bytes) = file.bytes else { return Ok(()) };
    match base {
        None => Err(Refusal::invalid("config base hash required; re-run config.get and retry")),
        Some(base) if base != hash(bytes) => {
            Err(Refusal::invalid("config changed since last load; re-run config.get and retry"))
        }
        Some(_) => Ok(()),
    }
}

/// The file's value; an object without members where there is no file.
fn read(file: File<'_>) -> Result<Value, ()> {
    let Some(bytes) = file.bytes else { return Ok(json!({})) };
    let text = std::str::from_utf8(bytes).map_err(|_| ())?;
    parse(text, file.path).map_err(|_| ())
}

/// What was sent, with the secrets that its sender was not shown.
fn put_back(sent: &Value, current: &Value, scene: &Scene<'_>) -> Result<Value, Refusal> {
    let (shown, _) = redact(current, scene.env, scene.redactor, scene.secrets);
    restore(sent, current, &shown).map_err(|path| lost(&path))
}

fn lost(path: &str) -> Refusal {
    let what = if path.is_empty() { "the config" } else { path };
    Refusal::invalid(format!("invalid config: {what} is {MARK}, and the current config hides nothing there"))
}

fn written(config: &Value) -> String {
    format!("{config:#}\n")
}

fn validate(text: &str, next: &Value, scene: &Scene<'_>) -> Result<(), Refusal> {
    let examined =
        examine(text, "config", scene.env).map_err(|error| Refusal::invalid(in_one_line(&error)))?;
    if examined.issues.is_empty() {
        return Ok(());
    }
    let told = knowing(next, scene.env, scene.redactor, scene.secrets);
    let listed = issues(&examined.issues, &told);
    let lines: Vec<String> = listed
        .as_array()
        .into_iter()
        .flatten()
        .take(ISSUES_TOLD)
        .map(|issue| {
            let path = issue["path"].as_str().filter(|path| !path.is_empty()).unwrap_or("<root>");
            format!("{path}: {}", issue["message"].as_str().unwrap_or_default())
        })
        .collect();
    let more = examined.issues.len() - lines.len();
    let more = match more {
        0 => String::new(),
        1 => " (+1 more issue)".to_owned(),
        more => format!(" (+{more} more issues)"),
    };
    let message = format!("invalid config: {}{more}", lines.join("; "));
    Err(Refusal::invalid(message).with(json!({"issues": listed})))
}

fn settled(file: File<'_>, text: String, current: &Value, next: &Value, scene: &Scene<'_>) -> Settled {
    let told = knowing(next, scene.env, scene.redactor, scene.secrets);
    let paths: Vec<String> =
        differences(current, next).iter().map(|path| told.text(path).into_owned()).collect();
    let (shown, _) = redact(next, scene.env, scene.redactor, scene.secrets);
    let same = file.bytes.is_some_and(|bytes| bytes == text.as_bytes());
    Settled { write: Some(text).filter(|_| !same), payload: changed(file.path, shown, &paths) }
}
