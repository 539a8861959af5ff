//! The control API of a running mock, under `/_provoke/`.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /_provoke/health` | says that it runs: mocks, requests, faults, journal |
//! | `GET /_provoke/journal` | what was asked, redacted; `POST` switches it on, `DELETE` off and empties it |
//! | `GET /_provoke/faults` | the faults in force; `POST` adds one or a list of them and lets doses count anew, `DELETE` removes all |
//! | `POST /_provoke/reset` | everything as it was at the start |

use serde_json::{Value, json};

use super::Desk;
use crate::fault::{MAX_FAULTS, Spec};
use crate::problem::Problem;
use crate::recording::RequestBytes;
use crate::recording::timeline::Timeline;

/// Where the control API stands.
pub(super) const ROOT: &str = "/_provoke/";

const PATHS: [(&str, &str); 4] =
    [("health", "GET"), ("journal", "GET, POST, DELETE"), ("faults", "GET, POST, DELETE"), ("reset", "POST")];

/// Answers a request to `what` under [`ROOT`].
pub(super) fn answer(desk: &mut Desk, what: &str, request: &RequestBytes) -> Timeline {
    let method = request.method.to_ascii_uppercase();
    match (method.as_str(), what) {
        ("GET", "health") => json(200, &health(desk)),
        ("GET", "journal") => Timeline::whole(200, "application/json", desk.journal.document()),
        ("POST", "journal") => {
            desk.journal.start();
            json(200, &health(desk))
        }
        ("DELETE", "journal") => {
            desk.journal.stop();
            json(200, &health(desk))
        }
        ("GET", "faults") => json(200, &faults(desk)),
        ("POST", "faults") => match added(&desk.faults, &request.body) {
            Ok(all) => {
                desk.set_faults(all);
                json(200, &faults(desk))
            }
            Err(problem) => error(400, &problem),
        },
        ("DELETE", "faults") => {
            desk.faults.clear();
            json(200, &faults(desk))
        }
        ("POST", "reset") => {
            desk.reset();
            json(200, &health(desk))
        }
        _ => lost(what, &method),
    }
}

fn health(desk: &Desk) -> Value {
    json!({
        "status": "ok",
        "mocks": desk.mocks().count(),
        "requests": desk.requests,
        "faults": desk.faults.len(),
        "journal": { "on": desk.journal.is_on(), "entries": desk.journal.len() },
    })
}

fn faults(desk: &Desk) -> Value {
    let one =
        |spec: &Spec| json!({ "fault": spec.fault.name(), "args": spec.args.0, "about": spec.fault.about() });
    json!({ "faults": desk.faults.iter().map(one).collect::<Vec<_>>() })
}

/// The faults with those of a body behind them: one, or a list.
fn added(known: &[Spec], body: &[u8]) -> Result<Vec<Spec>, Problem> {
    let body: Value = serde_json::from_slice(body).map_err(|error| {
        Problem::new(format!("the body is not JSON: {error}"))
            .hint(r#"send "stall-silent" or {"fault": "stall-silent", "after": 3}, or a list of such"#)
    })?;
    let new = if let Value::Array(many) = &body { &many[..] } else { std::slice::from_ref(&body) };
    if known.len() + new.len() > MAX_FAULTS {
        let message = format!("{} faults in a row; at most {MAX_FAULTS}", known.len() + new.len());
        return Err(Problem::new(message).hint("DELETE /_provoke/faults removes those in force"));
    }
    let mut all = known.to_vec();
    for value in new {
        all.push(Spec::read(value)?);
    }
    Ok(all)
}

fn lost(what: &str, method: &str) -> Timeline {
    match PATHS.iter().find(|(path, _)| *path == what) {
        Some((_, methods)) => error(
            405,
            &Problem::new(format!("{method} is not for {ROOT}{what}")).hint(format!("use {methods}")),
        ),
        None => {
            let paths = PATHS.map(|(path, methods)| format!("{ROOT}{path} ({methods})"));
            error(404, &Problem::new(format!("no such path: {ROOT}{what}")).hint(paths.join("; ")))
        }
    }
}

fn error(status: u16, problem: &Problem) -> Timeline {
    json(status, &json!({ "error": { "message": problem.message, "hint": problem.hint } }))
}

fn json(status: u16, body: &Value) -> Timeline {
    Timeline::whole(status, "application/json", body.to_string())
}
