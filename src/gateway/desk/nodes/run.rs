//! What of an operator's parameters reaches a node where it could get around its owner's decisions.

use serde_json::{Map, Value, json};

use crate::gateway::desk::{Desk, text};
use crate::gateway::frame::Refusal;

/// The parameters of `system.run` that an operator may give. `approved` and `approvalDecision` are not
/// among them: they would run a program that nobody has approved.
const OF_RUN: [&str; 11] = [
    "command",
    "rawCommand",
    "systemRunPlan",
    "cwd",
    "env",
    "timeoutMs",
    "needsScreenRecording",
    "agentId",
    "sessionKey",
    "runId",
    "suppressNotifyOnExit",
];

/// The parameters of `system.run` as the node gets them.
///
/// # Errors
/// Where an approval is claimed: none is tied to a run on a node here.
pub(super) fn tamed(desk: &Desk, params: &Value) -> Result<Value, Refusal> {
    let Value::Object(given) = params else { return Ok(params.clone()) };
    let decided = text(params, "approvalDecision");
    if given.get("approved") == Some(&Value::Bool(true))
        || decided.is_some_and(|decision| matches!(decision, "allow-once" | "allow-always"))
    {
        return Err(claimed(desk, text(params, "runId")));
    }
    let command = given.get("command").and_then(Value::as_array);
    if text(params, "rawCommand").is_some() && command.is_none_or(Vec::is_empty) {
        let details = json!({"code": "MISSING_COMMAND"});
        return Err(Refusal::invalid("rawCommand requires params.command").with(details));
    }
    let kept = OF_RUN.into_iter().filter_map(|key| Some((key.to_owned(), given.get(key)?.clone())));
    Ok(Value::Object(kept.collect::<Map<_, _>>()))
}

/// Why an approval does not count.
fn claimed(desk: &Desk, run_id: Option<&str>) -> Refusal {
    let Some(run_id) = run_id else {
        let details = json!({"code": "MISSING_RUN_ID"});
        return Refusal::invalid("approval override requires params.runId").with(details);
    };
    let (words, code) = if desk.exec.knows(run_id) {
        ("exec approvals unavailable: provoke ties none to a run on a node yet", "APPROVALS_UNAVAILABLE")
    } else {
        ("unknown or expired approval id", "UNKNOWN_APPROVAL_ID")
    };
    Refusal::invalid(words).with(json!({"code": code, "runId": run_id}))
}

/// Whether a request to a node's browser would make, reset or remove a profile that stays.
pub(super) fn changes_browser_profiles(params: &Value) -> bool {
    let (Some(method), Some(path)) = (text(params, "method"), text(params, "path")) else { return false };
    let path = format!("/{}", path.trim_start_matches('/').trim_end_matches('/'));
    let names_one =
        path.strip_prefix("/profiles/").is_some_and(|name| !name.is_empty() && !name.contains('/'));
    match method.to_ascii_uppercase().as_str() {
        "POST" => path == "/profiles/create" || path == "/reset-profile",
        "DELETE" => names_one,
        _ => false,
    }
}
