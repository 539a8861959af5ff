//! How an approval by device ended, told.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::approve::{Args, approved};
use crate::cli::error::{CliError, Exit, tell};
use crate::cli::reach::{Ground, Paint, print_json};
use crate::cli::run::out;
use crate::gateway::client::approval::Outcome;
use crate::gateway::client::connect::Persona;
use crate::gateway::client::diagnosis::Advice;
use crate::gateway::client::fault::Fault;

/// The end of it.
pub(super) struct End<'a> {
    /// The device that was meant.
    pub(super) device: &'a str,
    /// What the gateway answered to each approval.
    pub(super) answers: &'a BTreeMap<String, Value>,
    /// How it ended.
    pub(super) outcome: &'a Outcome,
}

impl End<'_> {
    /// The end, for people or machines.
    pub(super) fn report(&self, ground: &Ground, args: &Args) -> Result<Exit, CliError> {
        let outcome = self.outcome;
        if let Outcome::Failed(fault) = outcome {
            ground.tell_fault("error:", fault, &Persona::cli());
            return Ok(Exit::Fail);
        }
        if args.reach.json {
            return self.report_json();
        }
        let device = self.device;
        let paint = Paint::of_stdout();
        match outcome {
            Outcome::Approved(requests, lacking) => {
                for request in requests {
                    let answer = self.answers.get(&request.id).unwrap_or(&Value::Null);
                    let scopes = request.scopes.join(", ");
                    out(format!("{}  {}\n", approved(answer, &request.id, paint), paint.faint(&scopes))
                        .as_bytes())?;
                }
                if !lacking.is_empty() {
                    tell(format_args!("Not asked for yet, so not granted: {}", lacking.join(", ")));
                }
                return Ok(Exit::Pass);
            }
            Outcome::Already(scopes) => {
                out(format!("{} already has {}\n", paint.strong(device), paint.plain(&scopes.join(", ")))
                    .as_bytes())?;
                return Ok(Exit::Pass);
            }
            Outcome::Declined => tell("Nothing was approved."),
            _ => ground.tell_advice(&tell_why(device, outcome)),
        }
        Ok(Exit::Fail)
    }

    fn report_json(&self) -> Result<Exit, CliError> {
        let (exit, value) = match self.outcome {
            Outcome::Approved(requests, lacking) => {
                let answers: Vec<&Value> =
                    requests.iter().filter_map(|request| self.answers.get(&request.id)).collect();
                (Exit::Pass, json!({"approved": answers, "lacking": lacking}))
            }
            Outcome::Already(scopes) => (Exit::Pass, json!({"approved": [], "already": scopes})),
            other => {
                let advice = tell_why(self.device, other);
                let said = json!({"what": advice.what, "whose": advice.whose, "next": advice.next});
                (Exit::Fail, json!({"approved": [], "error": said}))
            }
        };
        print_json(&value).map(|()| exit)
    }
}

/// Why nothing was approved.
fn tell_why(device: &str, outcome: &Outcome) -> Advice {
    let again = format!("provoke devices approve --device {device}");
    match outcome {
        Outcome::Swallowed(request, beyond) => {
            let (all, more) = (request.scopes.join(","), beyond.join(", "));
            tell(format_args!("error: the request was swallowed by one that asks for more: {more}"));
            Advice {
                what: format!("{} now asks for {all}; approving it would grant all of that", request.id),
                whose: "the gateway: it merges what a device asks for into one request (OpenClaw 2026.4.12)",
                next: vec![
                    format!("to grant all of it: {again} --scopes {all}"),
                    format!("to grant less: {again} --scopes SCOPES"),
                ],
            }
        }
        Outcome::TimedOut(Some(request)) => {
            let scopes = request.scopes.join(",");
            tell("error: nothing was approved within the time: what came asks for more than is allowed");
            Advice {
                what: format!("{} asks for {scopes}", request.id),
                whose: "the limit given here, or a gateway that merges requests (OpenClaw 2026.4.12)",
                next: vec![
                    format!("to grant all of it: {again} --scopes {scopes}"),
                    format!("to grant less: {again} --scopes SCOPES"),
                ],
            }
        }
        Outcome::Ambiguous(devices) => {
            tell("error: several devices have an id that starts so");
            Advice {
                what: devices.join("\n"),
                whose: "the command",
                next: vec!["give more digits of the id".to_owned()],
            }
        }
        Outcome::Declined => Advice { what: "not confirmed".to_owned(), whose: "nobody's", next: Vec::new() },
        _ => {
            tell("error: the device asked for nothing within the time");
            Advice {
                what: format!("no request of {device} was made while we listened"),
                whose: "the device: it does not run, has another id, or already has what it asks for",
                next: vec![
                    "see who is there: provoke devices list".to_owned(),
                    format!("start the device's program, then: {again} --timeout 120000"),
                ],
            }
        }
    }
}

/// A gateway that does not let the scratch key in.
pub(super) fn not_let_in(ground: &Ground, fault: &Fault) -> Exit {
    if !fault.is_pairing() {
        ground.tell_fault("error:", fault, &Persona::cli());
        return Exit::Fail;
    }
    let devices = ground.state.join("devices");
    tell(format_args!("error: {}", fault.headline()));
    ground.endpoint.lines().iter().for_each(tell);
    ground.tell_advice(&Advice {
        what: "this gateway lets no new device in silently, so a scratch key cannot approve anything".to_owned(),
        whose: "the gateway: it is not on this machine, or first contact needs an approval there",
        next: vec![
            "approve from a device that holds operator.pairing and operator.admin: provoke devices approve REQUEST"
                .to_owned(),
            "or, on the gateway's machine, the safe reset (every device pairs anew, nothing is deleted):".to_owned(),
            "  1. stop the gateway".to_owned(),
            format!("  2. mv {0}/paired.json {0}/paired.json.aside", devices.display()),
            format!("     mv {0}/pending.json {0}/pending.json.aside", devices.display()),
            "  3. start the gateway; the first local contact is let in: provoke devices list".to_owned(),
        ],
    });
    Exit::Fail
}
